// On a narrow screen, where the agents are below the fold: whom the bot rings, always in sight.

import { html } from "../vendor/htm/preact-standalone.module.js";
import { Icon } from "./icons.js";

export function RingBar({ phone }) {
  const { say } = phone.texts;
  const [first] = phone.ringing;
  if (!first) return null;
  const { call, member } = first;
  const button = (action, kind, icon) =>
    html`<button type="button" class=${kind} aria-label=${`${say(`agents.${action}`)}: ${member.name}`}
      onClick=${() => phone.act(call, member.contact_id, action)}>
      <${Icon} name=${icon} />
    </button>`;
  return html`<div class="ringbar" role="group" aria-label=${say("agents.ringing")}>
    <span>${say("announce.rings", { name: member.name })}</span>
    ${button("answer", "go", "call")} ${button("decline", "stop", "end")}
  </div>`;
}
