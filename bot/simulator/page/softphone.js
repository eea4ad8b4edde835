// What the page knows, and everything that can be done on it.

import { Ear } from "./ear.js";
import { Microphone } from "./microphone.js";
import { applyTheme, ownCall, remember, rememberOwnCall, remembered, THEMES } from "./preferences.js";
import { ask, callPath } from "./server.js";
import { loadTexts } from "./texts.js";
import { playTone } from "./tones.js";

const MOST_RECORDS = 2_000;
const NO_STATE = { usual: {}, teams: [], contacts: [], calls: [], faults: {}, fault_kinds: [] };

export class Softphone {
  #subscribers = [];
  #drawing = false;
  #ahead = 0; // seconds by which the simulator's clock is ahead of this one

  constructor(texts) {
    this.texts = texts;
    this.view = {
      connection: "connecting",
      known: false,
      state: NO_STATE,
      records: [],
      mine: ownCall(),
      last: null, // the call of this page as it was last seen, so that it can be looked at when it is over
      dialling: false,
      pressed: "",
      trouble: null,
      announcement: "",
      theme: remembered("theme", THEMES, "auto"),
      letters: remembered("letters", ["on", "off"], "on") === "on",
      help: false,
    };
    this.ear = new Ear(() => this.now(), () => this.changed());
    this.microphone = new Microphone(() => this.changed());
  }

  subscribe(draw) {
    this.#subscribers.push(draw);
  }

  changed() {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(() => {
      this.#drawing = false;
      for (const draw of this.#subscribers) draw();
    });
  }

  set(part) {
    Object.assign(this.view, part);
    this.changed();
  }

  now() {
    return Date.now() / 1000 + this.#ahead;
  }

  get call() {
    return this.view.state.calls.find((call) => call.thread_id === this.view.mine) ?? null;
  }

  get live() {
    return this.call !== null && !this.call.ended;
  }

  // Whom the bot rings, in any call: the longest first.
  get ringing() {
    return this.view.state.calls.flatMap((call) =>
      call.members.filter((member) => !member.answered).map((member) => ({ call, member })),
    );
  }

  // What the feed tells.

  welcomed({ resumed }) {
    if (!resumed) this.view.records = [];
    this.set({ connection: "open" });
  }

  happened(record) {
    this.view.records = [...this.view.records, record].slice(-MOST_RECORDS);
    this.changed();
  }

  know(state) {
    this.#ahead = state.now - Date.now() / 1000;
    this.#announce(state);
    this.set({ known: true });
    if (this.view.mine !== null && this.call === null && !this.view.dialling) this.#lose();
    this.#follow();
  }

  #follow() {
    if (this.call !== null) this.view.last = this.call;
    this.ear.follow(this.live ? this.call : null);
    this.microphone.follow(this.live ? this.call.thread_id : null);
    this.changed();
  }

  lost() {
    this.set({ connection: "lost" });
  }

  #lose() {
    rememberOwnCall(null);
    this.set({ mine: null, last: null, trouble: { key: "trouble.gone" } });
  }

  #announce(state) {
    const before = new Set(this.ringing.map(({ member }) => member.name));
    this.view.state = state;
    const rings = this.ringing.map(({ member }) => member.name).filter((name) => !before.has(name));
    if (rings.length) this.view.announcement = this.texts.say("announce.rings", { name: rings.join(", ") });
    else if (!this.ringing.length) this.view.announcement = "";
  }

  // What the person does.

  async dial(line) {
    if (this.live || this.view.dialling) return;
    await this.ear.wake();
    this.set({ dialling: true, pressed: "", trouble: null, last: null });
    await this.#try(async () => {
      const { thread_id: threadId } = await ask("simulator/calls", line);
      rememberOwnCall(threadId);
      this.view.mine = threadId;
    });
    this.view.dialling = false;
    this.#follow(); // the feed may have told of the call before the answer to dialling came
  }

  async press(key) {
    if (!this.live) return;
    playTone(await this.ear.wake(), key);
    this.set({ pressed: (this.view.pressed + key).slice(-24) });
    await this.#try(() => ask(callPath(this.view.mine, "press"), { key }));
  }

  async hangUp() {
    if (!this.live) return;
    this.microphone.follow(null);
    await this.#try(() => ask(callPath(this.view.mine, "hang-up")));
  }

  clear() {
    rememberOwnCall(null);
    this.set({ mine: null, last: null, pressed: "" });
  }

  async act(call, contactId, action) {
    await this.#try(() => ask(callPath(call.thread_id, action), { contact_id: contactId }));
  }

  async change(contactId, settings) {
    await this.#try(() => ask(`simulator/contacts/${encodeURIComponent(contactId)}`, settings));
  }

  async setFaults(faults) {
    await this.#try(() => ask("simulator/faults", faults));
  }

  async switchMicrophone(on) {
    if (on) await this.microphone.open(await this.ear.wake());
    else this.microphone.close();
  }

  async wakeEar() {
    await this.ear.wake();
    this.#follow();
  }

  async speakLanguage(language) {
    remember("language", language);
    this.texts = await loadTexts(language);
    this.changed();
  }

  nextTheme() {
    const theme = THEMES[(THEMES.indexOf(this.view.theme) + 1) % THEMES.length];
    remember("theme", theme);
    applyTheme(theme);
    this.set({ theme });
  }

  useLetters(on) {
    remember("letters", on ? "on" : "off");
    this.set({ letters: on });
  }

  async #try(action) {
    try {
      await action();
    } catch (error) {
      this.set({ trouble: { text: error.message } });
    }
  }
}
