// What the page says, in the language of whoever reads it.

export class Texts {
  constructor(language, entries) {
    this.language = language;
    this.say = (key, values = {}) =>
      (entries[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }
}

export async function loadTexts(language) {
  const response = await fetch(new URL(`texts/${language}.json`, import.meta.url));
  const texts = new Texts(language, await response.json());
  document.documentElement.lang = language;
  document.title = `${texts.say("title")} · ${texts.say("subtitle")}`;
  return texts;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
