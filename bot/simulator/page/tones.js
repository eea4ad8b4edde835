// The tones of a keypad: two at once, as ITU-T Q.23 has them.

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const SECONDS = 0.14;
const LOUDNESS = 0.12;

export const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function playTone(context, key) {
  const place = KEYS.indexOf(key);
  const end = context.currentTime + SECONDS;
  const volume = new GainNode(context, { gain: LOUDNESS });
  volume.gain.setValueAtTime(LOUDNESS, end - 0.02);
  volume.gain.linearRampToValueAtTime(0, end);
  volume.connect(context.destination);
  for (const frequency of [ROWS[Math.floor(place / 3)], COLUMNS[place % 3]]) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(volume);
    tone.start();
    tone.stop(end);
  }
}
