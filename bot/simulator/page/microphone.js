// Sends what the person says into the call: pieces of 8 kHz wav, one after another.

import { callPath, send } from "./server.js";

const RATE = 8_000;
const PIECE_SECONDS = 0.4;
const MOST_WAITING = 8; // pieces; what is said while more wait is not sent

export class Microphone {
  #changed;
  #stream = null;
  #nodes = [];
  #threadId = null;
  #samples = [];
  #waiting = 0;
  #last = Promise.resolve();

  state = "off"; // off, asking, on, refused, missing, impossible

  constructor(changed) {
    this.#changed = changed;
  }

  async open(context) {
    if (!navigator.mediaDevices?.getUserMedia) return this.#become("impossible");
    this.#become("asking");
    try {
      const constraints = { audio: { echoCancellation: true, noiseSuppression: true, channelCount: 1 } };
      this.#stream = await navigator.mediaDevices.getUserMedia(constraints);
    } catch (error) {
      return this.#become(error.name === "NotAllowedError" ? "refused" : "missing");
    }
    await context.audioWorklet.addModule(new URL("recorder.js", import.meta.url));
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: this.#stream });
    const recorder = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
    recorder.port.onmessage = ({ data }) => this.#take(data, context.sampleRate);
    source.connect(recorder);
    this.#nodes = [source, recorder];
    this.#become("on");
  }

  close() {
    for (const node of this.#nodes) node.disconnect();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#nodes = [];
    this.#stream = null;
    this.#become("off");
  }

  follow(threadId) {
    if (threadId !== this.#threadId) this.#samples = [];
    this.#threadId = threadId;
  }

  #become(state) {
    this.state = state;
    this.#changed();
  }

  #take(block, rate) {
    if (this.#threadId === null) return;
    for (const sample of block) this.#samples.push(sample);
    if (this.#samples.length < rate * PIECE_SECONDS) return;
    const piece = wav(slower(this.#samples, rate));
    this.#samples = [];
    if (this.#waiting >= MOST_WAITING) return;
    this.#waiting += 1;
    const path = callPath(this.#threadId, "speak");
    this.#last = this.#last
      .then(() => send(path, piece))
      .catch(() => {}) // the call is over, or the simulator away: the page shows either
      .finally(() => (this.#waiting -= 1));
  }
}

// Each new sample is the mean of those that it stands for, which is filter enough for speech.
function slower(samples, rate) {
  const step = rate / RATE;
  return Int16Array.from({ length: Math.floor(samples.length / step) }, (_, place) => {
    const from = Math.floor(place * step);
    const to = Math.max(from + 1, Math.floor((place + 1) * step));
    let sum = 0;
    for (let at = from; at < to; at += 1) sum += samples[at];
    return Math.max(-1, Math.min(1, sum / (to - from))) * 0x7fff;
  });
}

function wav(samples) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, word) => [...word].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, place) => view.setInt16(44 + place * 2, sample, true));
  return view.buffer;
}
