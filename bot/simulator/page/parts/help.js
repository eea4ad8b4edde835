// The keys that do something.

import { html, useEffect, useRef } from "../vendor/htm/preact-standalone.module.js";

const SHORTCUTS = [
  ["0–9 * #", "help.keypad"],
  ["D", "help.dial"],
  ["H", "help.hangup"],
  ["A", "help.answer"],
  ["X", "help.decline"],
  ["M", "help.microphone"],
  ["?", "help.this"],
];

export function Help({ phone }) {
  const { say } = phone.texts;
  const dialog = useRef(null);
  useEffect(() => dialog.current.showModal(), []);
  const close = () => phone.set({ help: false });
  return html`<dialog ref=${dialog} class="help" aria-labelledby="help-title" onClose=${close}>
    <article>
      <header>
        <h2 id="help-title">${say("help.title")}</h2>
        <button type="button" class="plain round" aria-label=${say("dismiss")} onClick=${() => dialog.current.close()}>✕</button>
      </header>
      <dl>
        ${SHORTCUTS.map(([keys, text]) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${say(text)}</dd></div>`)}
      </dl>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked=${phone.view.letters}
          onChange=${(event) => phone.useLetters(event.target.checked)}
        />
        ${say("help.letters")}
      </label>
    </article>
  </dialog>`;
}
