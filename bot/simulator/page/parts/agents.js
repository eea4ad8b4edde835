// The telephones of whom the bot can ring.

import { html } from "../vendor/htm/preact-standalone.module.js";
import { Icon } from "./icons.js";

export function Agents({ phone }) {
  const { say } = phone.texts;
  const { contacts } = phone.view.state;
  return html`<section class="card agents" aria-labelledby="agents-title">
    <h2 id="agents-title">${say("agents.title")}</h2>
    ${contacts.length
      ? html`<ul>
          ${contacts.map((contact) => html`<${Agent} key=${contact.contact_id} phone=${phone} contact=${contact} />`)}
        </ul>`
      : phone.view.known && html`<p class="empty">${say("agents.none")}</p>`}
  </section>`;
}

function Agent({ phone, contact }) {
  const { say } = phone.texts;
  const id = contact.contact_id;
  const lines = phone.view.state.calls.flatMap((call) =>
    call.members.filter((one) => one.contact_id === id && !one.originator).map((member) => ({ call, member })),
  );
  const talks = lines.find(({ member }) => member.answered);
  const rings = lines.find(({ member }) => !member.answered);
  const held = talks?.member.held;
  const state = !contact.online && !lines.length ? "offline" : rings ? "ringing" : held ? "held" : talks ? "talking" : "free";
  const button = (action, line, kind, icon) =>
    html`<button type="button" class=${kind} data-action=${action} aria-label=${`${say(`agents.${action}`)}: ${contact.name}`}
      onClick=${() => phone.act(line.call, id, action)}>
      <${Icon} name=${icon} /> ${say(`agents.${action}`)}
    </button>`;
  const change = (name) => (event) => phone.change(id, { [name]: event.target.checked });
  return html`<li class="agent" data-state=${state} data-contact=${id}>
    <div class="head">
      <span class="avatar" aria-hidden="true">${[...contact.name][0]}</span>
      <div>
        <h3>${contact.name}</h3>
        <p class="number">${contact.phone ?? id}</p>
      </div>
      <span class="pill" data-state=${state}>${say(`agents.${state}`)}</span>
    </div>
    ${(rings || talks) &&
    html`<div class="actions">
      ${rings && button("answer", rings, "go", "call")} ${rings && button("decline", rings, "stop", "end")}
      ${talks && button("hang-up", talks, "stop", "end")}
    </div>`}
    <div class="settings">
      <label class="switch">
        <input type="checkbox" role="switch" data-setting="by_hand" checked=${contact.by_hand} onChange=${change("by_hand")} />
        ${say("agents.by_hand")}
      </label>
      <label class="switch">
        <input type="checkbox" role="switch" data-setting="online" checked=${contact.online} onChange=${change("online")} />
        ${say("agents.online")}
      </label>
    </div>
    ${!contact.by_hand && html`<p class="hint">${say(habit(contact), { seconds: contact.answers_after })}</p>`}
  </li>`;
}

function habit(contact) {
  if (contact.answers_after === null) return "agents.never";
  return contact.declines ? "agents.declines" : "agents.answers";
}
