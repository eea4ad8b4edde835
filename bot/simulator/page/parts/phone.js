// The caller's telephone: what it shows, its keys, and dialling and hanging up.

import { html, useState } from "../vendor/htm/preact-standalone.module.js";
import { KEYS } from "../tones.js";
import { Display } from "./display.js";
import { Icon } from "./icons.js";
import { Over } from "./over.js";

const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const NAMES = { "*": "key.star", "#": "key.hash" };
const PLACE = ["team_id", "stream_id", "destination_id"];

export function Phone({ phone }) {
  const { say } = phone.texts;
  const { state, last, dialling, connection } = phone.view;
  const [line, setLine] = useState({});
  const over = !phone.live && !dialling && last !== null;
  const change = (name) => (event) => setLine({ ...line, [name]: event.target.value.trim() });
  const dial = (event) => {
    event.preventDefault();
    const given = Object.entries(line).filter(([, value]) => value !== "");
    phone.dial({ phone: state.usual.phone, ...Object.fromEntries(given) });
  };
  return html`<section class="card phone" aria-labelledby="phone-title">
    <h2 id="phone-title" class="unseen">${say("phone.title")}</h2>
    <${Display} phone=${phone} over=${over} />
    ${over && html`<${Over} phone=${phone} call=${last} />`}
    ${phone.live || dialling
      ? html`<${Keypad} phone=${phone} />`
      : html`<form class="dial" onSubmit=${dial} autocomplete="off">
          <label>
            ${say("phone.number")}
            <input
              type="tel"
              name="phone"
              inputmode="tel"
              pattern="\\+?[0-9]{2,20}"
              title=${say("phone.number.form")}
              placeholder=${state.usual.phone}
              value=${line.phone ?? ""}
              onInput=${change("phone")}
            />
          </label>
          <details>
            <summary>${say("phone.line")}</summary>
            ${PLACE.map(
              (name) => html`<label>
                ${say(`phone.${name}`)}
                <input
                  type="text"
                  name=${name}
                  list=${name === "team_id" ? "teams" : undefined}
                  spellcheck=${false}
                  placeholder=${state.usual[name]}
                  value=${line[name] ?? ""}
                  onInput=${change(name)}
                />
              </label>`,
            )}
            <datalist id="teams">${state.teams.map((team) => html`<option value=${team} />`)}</datalist>
          </details>
          <button type="submit" id="dial" class="go" disabled=${connection !== "open"}>
            <${Icon} name="call" /> ${over ? say("phone.again") : say("phone.dial")}
          </button>
        </form>`}
  </section>`;
}

function Keypad({ phone }) {
  const { say } = phone.texts;
  const { state } = phone.microphone;
  const off = !phone.live || phone.view.connection !== "open";
  return html`<div class="keypad" role="group" aria-label=${say("phone.keypad")}>
      ${KEYS.map(
        (key) => html`<button
          type="button"
          class="key"
          data-key=${key}
          aria-label=${NAMES[key] ? say(NAMES[key]) : key}
          disabled=${off}
          onClick=${() => phone.press(key)}
        >
          <b>${key}</b><small aria-hidden="true">${LETTERS[key]}</small>
        </button>`,
      )}
    </div>
    <div class="actions">
      <label class="switch" data-state=${state}>
        <input
          id="microphone"
          type="checkbox"
          role="switch"
          checked=${state === "on"}
          disabled=${state === "asking"}
          aria-describedby="microphone-state"
          onChange=${(event) => phone.switchMicrophone(event.target.checked)}
        />
        <span><${Icon} name="microphone" /> ${say("microphone")}</span>
      </label>
      <small id="microphone-state" role="status" data-state=${state}>${say(`microphone.${state}`)}</small>
      <button type="button" id="hang-up" class="stop" disabled=${off} onClick=${() => phone.hangUp()}>
        <${Icon} name="end" /> ${say("phone.hangup")}
      </button>
    </div>`;
}
