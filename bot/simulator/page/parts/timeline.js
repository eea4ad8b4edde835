// What happens, as it happens: who did what, and the JSON that went over the wire.

import { Component, html, useEffect, useRef, useState } from "../vendor/htm/preact-standalone.module.js";

const KINDS = ["event", "request", "answer", "person", "note"];
const MOST_SHOWN = 400;
const NEAR_THE_END = 40; // pixels

export function Timeline({ phone }) {
  const { say } = phone.texts;
  const { records, mine, last } = phone.view;
  const [everything, setEverything] = useState(false);
  const [hidden, setHidden] = useState([]);
  const list = useRef(null);
  const follows = useRef(true);
  const height = useRef(0);
  const key = phone.call?.key ?? last?.key ?? null;
  const own = mine !== null && key !== null && !everything;
  const shown = records
    .filter((record) => (!own || record.call === key) && !hidden.includes(record.kind))
    .slice(-MOST_SHOWN);
  useEffect(() => {
    height.current = list.current.clientHeight;
    if (follows.current) list.current.scrollTop = list.current.scrollHeight;
  });
  const scrolled = ({ target }) => {
    if (height.current !== target.clientHeight) {
      height.current = target.clientHeight; // the window has changed, nobody has scrolled
      return;
    }
    follows.current = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_THE_END;
  };
  const toggle = (kind) =>
    setHidden(hidden.includes(kind) ? hidden.filter((one) => one !== kind) : [...hidden, kind]);
  return html`<section class="card timeline" aria-labelledby="timeline-title">
    <div class="tools">
      <h2 id="timeline-title">${say("timeline.title")}</h2>
      <div class="choice" role="group" aria-label=${say("timeline.of")}>
        <button type="button" class="plain" aria-pressed=${own} disabled=${key === null} onClick=${() => setEverything(false)}>
          ${say("timeline.own")}
        </button>
        <button type="button" class="plain" aria-pressed=${!own} onClick=${() => setEverything(true)}>${say("timeline.all")}</button>
      </div>
      <div class="kinds" role="group" aria-label=${say("timeline.kinds")}>
        ${KINDS.map(
          (kind) => html`<button
            type="button"
            class="plain chip"
            data-kind=${kind}
            aria-pressed=${!hidden.includes(kind)}
            onClick=${() => toggle(kind)}
          >
            ${say(`timeline.${kind}s`)}
          </button>`,
        )}
      </div>
    </div>
    <ol ref=${list} class="records" tabindex="0" aria-label=${say("timeline.title")} onScroll=${scrolled}>
      ${shown.map((record) => html`<${Row} key=${record.number} record=${record} texts=${phone.texts} />`)}
      ${!shown.length && phone.view.known && html`<li class="empty">${say("timeline.none")}</li>`}
    </ol>
  </section>`;
}

class Row extends Component {
  shouldComponentUpdate(next) {
    return next.record !== this.props.record || next.texts !== this.props.texts;
  }

  render({ record, texts }) {
    const { say } = texts;
    const failed = record.kind === "answer" && !record.text.startsWith("20");
    const line = html`<time>${record.elapsed.toFixed(2)}</time>
      <span class="tag">${say(`timeline.${record.kind}`)}</span>
      <span class="what"><b>${record.who}</b> ${record.text}</span>`;
    const data = record.data === null ? null : JSON.stringify(record.data, null, 2);
    return html`<li data-kind=${record.kind} data-failed=${failed} data-text=${record.text}>
      ${data === null
        ? html`<div class="row">${line}</div>`
        : html`<details>
            <summary class="row">${line}</summary>
            <pre tabindex="0">${data}</pre>
          </details>`}
    </li>`;
  }
}
