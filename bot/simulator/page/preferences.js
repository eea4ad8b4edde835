// What the person at this browser has chosen; forgotten where the browser keeps nothing.

export const LANGUAGES = ["en", "ru"];
export const THEMES = ["auto", "light", "dark"];

export function remembered(name, known, otherwise) {
  try {
    const value = localStorage.getItem(`softphone.${name}`);
    return known.includes(value) ? value : otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`softphone.${name}`, value);
  } catch {
    // The choice holds until the page is closed.
  }
}

export function chosenLanguage() {
  const browser = navigator.languages.map((one) => one.slice(0, 2)).find((one) => LANGUAGES.includes(one));
  return remembered("language", LANGUAGES, browser ?? "en");
}

export function applyTheme(theme) {
  const root = document.documentElement;
  if (theme === "auto") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", theme);
}

export function ownCall() {
  try {
    return sessionStorage.getItem("softphone.call");
  } catch {
    return null;
  }
}

export function rememberOwnCall(threadId) {
  try {
    if (threadId === null) sessionStorage.removeItem("softphone.call");
    else sessionStorage.setItem("softphone.call", threadId);
  } catch {
    // After a reload the page begins without a call.
  }
}
