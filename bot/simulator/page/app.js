// The page as a whole.

import { html } from "./vendor/htm/preact-standalone.module.js";
import { Agents } from "./parts/agents.js";
import { Faults } from "./parts/faults.js";
import { Header } from "./parts/header.js";
import { Help } from "./parts/help.js";
import { Phone } from "./parts/phone.js";
import { RingBar } from "./parts/ringbar.js";
import { Timeline } from "./parts/timeline.js";

export function App({ phone }) {
  const { say } = phone.texts;
  const { trouble, connection, known, announcement, help } = phone.view;
  return html`
    <${Header} phone=${phone} />
    <p class="unseen" role="status" aria-live="assertive">${announcement}</p>
    ${connection === "lost" && html`<p class="notice lost" role="alert">${say("connection.lost.long")}</p>`}
    ${trouble &&
    html`<p class="notice trouble" role="alert">
      <span>${trouble.key ? say(trouble.key) : trouble.text}</span>
      <button type="button" class="plain" aria-label=${say("dismiss")} onClick=${() => phone.set({ trouble: null })}>
        ✕
      </button>
    </p>`}
    <main class="layout" data-known=${known} data-connection=${connection} data-rings=${phone.ringing.length > 0}>
      <${Phone} phone=${phone} />
      <div class="column">
        <${Agents} phone=${phone} />
        <${Faults} phone=${phone} />
      </div>
      <${Timeline} phone=${phone} />
    </main>
    <${RingBar} phone=${phone} />
    ${help && html`<${Help} phone=${phone} />`}
  `;
}
