// What goes wrong between the platform and the bot, on demand.

import { html, useState } from "../vendor/htm/preact-standalone.module.js";

const percent = (chance) => Math.round(100 * (typeof chance === "object" ? chance.rate : (chance ?? 0)));

export function Faults({ phone }) {
  const { say } = phone.texts;
  const { faults, fault_kinds: kinds } = phone.view.state;
  const [chosen, setChosen] = useState({});
  const on = kinds.filter((kind) => percent(faults[kind]) > 0);
  const rates = Object.fromEntries(kinds.map((kind) => [kind, chosen[kind] ?? percent(faults[kind])]));
  const apply = (event) => {
    event.preventDefault();
    const wanted = kinds.filter((kind) => rates[kind] > 0).map((kind) => [kind, rates[kind] / 100]);
    phone.setFaults({ ...rest(faults, kinds), seed: chosen.seed ?? faults.seed ?? 0, ...Object.fromEntries(wanted) });
    setChosen({});
  };
  const clear = () => {
    phone.setFaults({ seed: faults.seed ?? 0 });
    setChosen({});
  };
  const number = (name) => (event) => setChosen({ ...chosen, [name]: event.target.valueAsNumber || 0 });
  return html`<section class="card faults" aria-labelledby="faults-title">
    <details>
      <summary>
        <h2 id="faults-title">${say("faults.title")}</h2>
        <span class="pill" data-state=${on.length ? "ringing" : "free"}>
          ${on.length ? say("faults.some", { number: on.length }) : say("faults.none")}
        </span>
      </summary>
      <form onSubmit=${apply}>
        <p class="hint">${say("faults.hint")}</p>
        ${kinds.map(
          (kind) => html`<label class="rate" data-on=${rates[kind] > 0}>
            <span>${say(`fault.${kind}`)}</span>
            <input type="number" name=${kind} min="0" max="100" step="1" value=${rates[kind]} onInput=${number(kind)} />
            <span aria-hidden="true">%</span>
          </label>`,
        )}
        <label class="rate">
          <span>${say("faults.seed")}</span>
          <input type="number" name="seed" step="1" value=${chosen.seed ?? faults.seed ?? 0} onInput=${number("seed")} />
          <span></span>
        </label>
        <div class="actions">
          <button type="submit" class="go">${say("faults.apply")}</button>
          <button type="button" class="outline" onClick=${clear}>${say("faults.clear")}</button>
        </div>
      </form>
    </details>
  </section>`;
}

function rest(faults, kinds) {
  return Object.fromEntries(Object.entries(faults).filter(([name]) => !kinds.includes(name)));
}
