// The head of the page: its name, the state of the connection, and what can be chosen.

import { html } from "../vendor/htm/preact-standalone.module.js";
import { LANGUAGES } from "../preferences.js";
import { Icon } from "./icons.js";

const THEME_ICONS = { auto: "auto", light: "sun", dark: "moon" };

export function Header({ phone }) {
  const { say, language } = phone.texts;
  const { connection, theme } = phone.view;
  return html`<header class="bar">
    <img src="simulator/page/icon.svg" alt="" width="32" height="32" />
    <div class="name">
      <h1>${say("title")}</h1>
      <p>${say("subtitle")}</p>
    </div>
    <span class="pill" id="connection" data-state=${connection} role="status">${say(`connection.${connection}`)}</span>
    <div class="languages" role="group" aria-label=${say("language")}>
      ${LANGUAGES.map(
        (one) =>
          html`<button
            type="button"
            class="plain"
            lang=${one}
            aria-pressed=${one === language}
            onClick=${() => phone.speakLanguage(one)}
          >
            ${one.toUpperCase()}
          </button>`,
      )}
    </div>
    <button type="button" class="plain round" id="theme" title=${say(`theme.${theme}`)} aria-label=${say(`theme.${theme}`)}
      onClick=${() => phone.nextTheme()}>
      <${Icon} name=${THEME_ICONS[theme]} />
    </button>
    <button type="button" class="plain round" id="help" title=${say("help.title")} aria-label=${say("help.title")}
      onClick=${() => phone.set({ help: true })}>
      <${Icon} name="help" />
    </button>
  </header>`;
}
