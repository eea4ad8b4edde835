// The keyboard as a keypad, and a letter for everything else.

import { KEYS } from "./tones.js";

const WRITING = "input:not([type=checkbox]), textarea, select";

export function listenToKeyboard(phone) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest?.(WRITING)) return;
    if (KEYS.includes(event.key) && phone.live) {
      event.preventDefault();
      phone.press(event.key);
      return;
    }
    if (event.key === "?" && !phone.view.help) {
      phone.set({ help: true });
      return;
    }
    const action = phone.view.letters ? letters[event.code] : undefined; // by place: any layout has it there
    if (action && !event.shiftKey && !phone.view.help) {
      event.preventDefault();
      action(phone);
    }
  });
}

const letters = {
  KeyD: () => document.getElementById("dial")?.click(),
  KeyH: (phone) => phone.hangUp(),
  KeyA: (phone) => withFirstRinging(phone, "answer"),
  KeyX: (phone) => withFirstRinging(phone, "decline"),
  KeyM: (phone) => phone.switchMicrophone(phone.microphone.state !== "on"),
};

function withFirstRinging(phone, action) {
  const [first] = phone.ringing;
  if (first) phone.act(first.call, first.member.contact_id, action);
}
