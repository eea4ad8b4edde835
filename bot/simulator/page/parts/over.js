// What is left of a call that is over: how long it was, and its recordings.

import { html } from "../vendor/htm/preact-standalone.module.js";
import { clock } from "../texts.js";

export function Over({ phone, call }) {
  const { say } = phone.texts;
  const own = phone.view.records.filter((record) => record.call === call.key);
  const end = own.find((record) => record.data?.eventType === "Call.ended");
  const answered = own.filter((record) => record.kind === "person" && record.text === "answers");
  return html`<div class="over">
    <dl>
      <div><dt>${say("over.duration")}</dt><dd id="call-length">${end ? clock(end.elapsed) : "–"}</dd></div>
      <div><dt>${say("over.with")}</dt><dd>${[...new Set(answered.map((one) => one.who))].join(", ") || say("over.nobody")}</dd></div>
      <div><dt>${say("over.keys")}</dt><dd>${phone.view.pressed || say("over.none")}</dd></div>
    </dl>
    <h3>${say("over.recordings")}</h3>
    ${call.recordings.length
      ? html`<ul class="recordings">
          ${call.recordings.map(
            (recording, place) => html`<li key=${recording.path}>
              <audio controls preload="metadata" src=${recording.path} aria-label=${say("over.recording", { number: place + 1 })}></audio>
              <a href=${recording.path} download aria-label=${say("over.download", { number: place + 1 })}>wav</a>
            </li>`,
          )}
        </ul>`
      : html`<p class="quiet">${say("over.unrecorded")}</p>`}
  </div>`;
}
