// What the caller's telephone shows: how the call stands, who is in it, what is heard.

import { html } from "../vendor/htm/preact-standalone.module.js";
import { clock } from "../texts.js";
import { Icon } from "./icons.js";
import { useTick } from "./tick.js";

const BARS = [0.35, 0.7, 1, 0.8, 0.5];

export function Display({ phone, over }) {
  const { say } = phone.texts;
  const { dialling, pressed } = phone.view;
  const { call, live } = phone;
  useTick(100, live);
  const me = call?.members.find((one) => one.originator);
  const others = live ? call.members.filter((one) => !one.originator) : [];
  const talking = others.filter((one) => one.answered);
  const ringing = others.filter((one) => !one.answered);
  const held = live && (me?.held ?? false);
  const status = dialling ? "dialling" : over ? "over" : !live ? "idle" : held ? "held" : talking.length ? "talking" : "live";
  const with_ = talking.length ? talking : ringing;
  return html`<div class="display" data-status=${status}>
    <div class="line">
      <span class="status" id="call-status" role="status">${say(`status.${status}`)}</span>
      <span class="badges">
        ${live && call.recording_on && html`<span class="badge rec" title=${say("badge.recording")}>REC</span>`}
        ${held && html`<span class="badge">${say("badge.held")}</span>`}
      </span>
      ${live && html`<time id="duration" role="timer" aria-label=${say("phone.duration")}>${clock(phone.now() - call.created_at)}</time>`}
    </div>
    <p class="who">
      ${with_.length
        ? `${say(talking.length ? "display.with" : "display.ringing")} ${with_.map((one) => one.name).join(", ")}`
        : live
          ? say("display.bot")
          : over
            ? say("display.over")
            : say("display.idle")}
    </p>
    ${live && call.playing.map((sound) => html`<${Playing} key=${sound.number} phone=${phone} sound=${sound} />`)}
    ${live && !call.playing.length && html`<p class="playing quiet">${say("display.quiet")}</p>`}
    ${live &&
    !phone.ear.awake &&
    html`<button type="button" class="outline" id="listen" onClick=${() => phone.wakeEar()}>${say("display.listen")}</button>`}
    <output class="pressed" aria-label=${say("display.pressed")}>${pressed}</output>
  </div>`;
}

function Playing({ phone, sound }) {
  const { say } = phone.texts;
  const heard = phone.ear.heard.has(sound.number);
  const level = heard ? phone.ear.level : 0;
  const passed = Math.max(0, phone.now() - sound.started_at);
  const name = sound.name.replace(/\.[0-9a-f]{8,}(?=\.)/, ""); // prompts carry a digest of their content
  const position = sound.loop ? passed % sound.duration : Math.min(passed, sound.duration);
  return html`<div class="playing" data-heard=${heard}>
    <span class="bars" role="meter" aria-label=${say("display.level")} aria-valuemin="0" aria-valuemax="100"
      aria-valuenow=${Math.round(level * 100)}>
      ${BARS.map((share) => html`<i style=${{ height: `${Math.round(15 + 85 * Math.min(1, level * share * 1.6))}%` }}></i>`)}
    </span>
    <span class="sound" title=${sound.name}><${Icon} name="note" /> ${name}</span>
    <small>${sound.loop ? `↻ ${clock(position)}` : `${clock(position)} / ${clock(sound.duration)}`}</small>
    <progress max=${sound.duration} value=${position} aria-hidden="true"></progress>
  </div>`;
}
