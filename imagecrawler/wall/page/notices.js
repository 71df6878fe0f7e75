// What is said beside the pictures: to screen readers, and in a note at the bottom of the window.

import { byId, element } from "./dom.js";

const SHOWN_SECONDS = 8;

// Politely, after what is being read.
export const say = (text) => {
  const region = byId("said");
  // The same words twice are news twice.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
};

// A note that goes by itself, later while it has the pointer or the focus. With an action it has a
// button for that.
export const note = (text, { action = null, onAction = () => {}, onGone = () => {} } = {}) => {
  byId("note")?.gone();
  const made = element("div", { className: "note", id: "note" }, element("span", {}, text));
  let timer = 0;
  const gone = () => {
    clearTimeout(timer);
    if (!made.isConnected) return;
    made.remove();
    onGone();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(gone, SHOWN_SECONDS * 1000);
  };
  if (action) {
    const press = () => {
      onAction();
      gone();
    };
    made.append(element("button", { type: "button", onclick: press }, action));
    made.press = press;
  }
  made.gone = gone;
  for (const event of ["pointerenter", "focusin"]) made.addEventListener(event, () => clearTimeout(timer));
  for (const event of ["pointerleave", "focusout"]) made.addEventListener(event, wait);
  byId("notes").append(made);
  say(text);
  wait();
};

// Presses the button of the note that is shown, if it has one: the key for undo.
export const pressNote = () => byId("note")?.press?.();
