// Puts the page together: texts, store, live feed, ear, keyboard, and what is drawn of them.

import { h, render } from "./vendor/htm/preact-standalone.module.js";
import { App } from "./app.js";
import { connect } from "./feed.js";
import { listenToKeyboard } from "./keyboard.js";
import { Softphone } from "./softphone.js";
import { applyTheme, chosenLanguage } from "./preferences.js";
import { loadTexts } from "./texts.js";

const phone = new Softphone(await loadTexts(chosenLanguage()));
applyTheme(phone.view.theme);
const root = document.getElementById("softphone");
phone.subscribe(() => render(h(App, { phone }), root));
phone.changed();
listenToKeyboard(phone);
connect(phone);
