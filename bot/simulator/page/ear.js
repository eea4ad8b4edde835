// Lets what is played in a call be heard: from where it is by now, again and again where it is in a loop, and no
// longer than it plays.

import { callPath, load } from "./server.js";

export class Ear {
  #context = null;
  #analyser = null;
  #samples = null;
  #playing = new Map();
  #now;
  #changed;

  constructor(now, changed) {
    this.#now = now;
    this.#changed = changed;
  }

  // Browsers let a page sound only after the person has done something on it.
  async wake() {
    if (this.#context === null) {
      this.#context = new AudioContext({ latencyHint: "interactive" });
      this.#analyser = new AnalyserNode(this.#context, { fftSize: 512 });
      this.#samples = new Float32Array(this.#analyser.fftSize);
      this.#analyser.connect(this.#context.destination);
    }
    if (this.#context.state !== "running") await this.#context.resume();
    return this.#context;
  }

  get awake() {
    return this.#context?.state === "running";
  }

  // How loud it is, 0 to 1.
  get level() {
    if (!this.awake) return 0;
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, one) => sum + one * one, 0) / this.#samples.length;
    return Math.min(1, Math.sqrt(power) * 3);
  }

  // Which of the sounds that play can be heard here, by their numbers.
  get heard() {
    return new Set([...this.#playing.values()].filter((one) => one.source).map((one) => one.number));
  }

  follow(call) {
    const wanted = new Map((call?.playing ?? []).map((sound) => [`${call.thread_id}/${sound.number}`, sound]));
    for (const [name, one] of this.#playing) {
      if (wanted.has(name)) continue;
      one.source?.stop();
      this.#playing.delete(name);
    }
    if (!this.awake) return;
    for (const [name, sound] of wanted) {
      if (!this.#playing.has(name)) this.#begin(name, call.thread_id, sound);
    }
  }

  async #begin(name, threadId, sound) {
    const one = { number: sound.number, source: null };
    this.#playing.set(name, one);
    let buffer;
    try {
      buffer = await this.#context.decodeAudioData(await load(callPath(threadId, `sounds/${sound.number}`)));
    } catch {
      return; // the display says that it plays; that it is not heard is seen by the level
    }
    const position = Math.max(0, this.#now() - sound.started_at);
    if (this.#playing.get(name) !== one || (!sound.loop && position >= buffer.duration)) return;
    one.source = new AudioBufferSourceNode(this.#context, { buffer, loop: sound.loop });
    one.source.connect(this.#analyser);
    one.source.start(0, position % buffer.duration);
    this.#changed();
  }
}
