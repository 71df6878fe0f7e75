// Which key means what. Single letters can be turned off (WCAG 2.1.4), for speech input types them.

import { byId } from "./dom.js";
import { lasting } from "./memory.js";

const LETTERS = {
  n: "next", b: "back", s: "slideshow", p: "pause", f: "full", h: "hide", u: "undo", i: "record",
  c: "captions", t: "top", "/": "search", "?": "help",
};
const OTHERS = {
  ArrowRight: "next", ArrowLeft: "back", PageDown: "next-page", PageUp: "back-page",
  Delete: "hide", Escape: "close", Enter: "open", " ": "space",
};
// Here keys have their own work.
const TYPING = "input:not([type=checkbox]), select, textarea";
const PRESSABLE = "button, a, summary, input";

const actionOf = ({ key, target }) => {
  if (key === "Escape") return "close";
  if (target.closest?.(TYPING)) return null;
  if ((key === "Enter" || key === " ") && target.closest?.(PRESSABLE)) return null;
  return OTHERS[key] ?? (byId("keys-on").checked ? LETTERS[key.toLowerCase()] : null) ?? null;
};

// Calls `act(action)` for each key that means one; what it returns true for goes no further.
export const listen = (act) => {
  byId("keys-on").checked = lasting.recall("keys") !== "off";
  byId("keys-on").onchange = ({ target }) => lasting.remember("keys", target.checked ? "on" : "off");
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const action = actionOf(event);
    if (action && act(action)) event.preventDefault();
  });
};
