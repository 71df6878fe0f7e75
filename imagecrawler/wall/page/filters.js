// What of the images is wanted: the form, and the address of the page, which can be kept and sent.

import { byId, element } from "./dom.js";
import { count } from "./words.js";

const NAMES = ["text", "source", "tag", "min_width", "order"];
const TYPING_MS = 350;

const field = (name) => byId("filters").elements[name];

// What is set, as the server takes it: { text, source, tag, min_width, order }, "" where not.
export const chosen = () =>
  Object.fromEntries(NAMES.map((name) => [name, field(name)?.value.trim() ?? ""]));

export const choose = (changes) => {
  for (const [name, value] of Object.entries(changes)) set(name, value);
  byId("filters").dispatchEvent(new Event("change"));
};

export const areSet = () => NAMES.some((name) => name !== "order" && chosen()[name]);

// The sources and tags to choose from: [{ name, count }].
export const offer = ({ sources = [], tags = [] }) => {
  const select = field("source");
  const kept = select.value;
  select.replaceChildren(
    select.options[0],
    ...sources.map(({ name, images }) => new Option(`${name} (${count(images)})`, name)),
  );
  set("source", kept);
  byId("known-tags")?.replaceChildren(...tags.map(({ name }) => element("option", { value: name })));
};

// What the address says, with what is set now.
export const inAddress = () => {
  const given = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(chosen())) {
    if (value && !(name === "order" && value === "newest")) given.set(name, value);
    else given.delete(name);
  }
  return given;
};

// Reads the address, also when it is gone back in, then calls `onChange()` whenever something else
// is wanted, which is to put it into the address.
export const watch = (onChange) => {
  const form = byId("filters");
  let timer = 0;
  let last = "";
  const read = () => {
    const given = new URLSearchParams(location.search);
    for (const name of NAMES) {
      if (given.has(name)) set(name, given.get(name));
      else if (name !== "order") set(name, "");
    }
    clearTimeout(timer);
    last = JSON.stringify(chosen());
    mark();
  };
  const changed = () => {
    clearTimeout(timer);
    mark();
    if (JSON.stringify(chosen()) === last) return;
    last = JSON.stringify(chosen());
    onChange();
  };
  form.addEventListener("input", ({ target }) => {
    clearTimeout(timer);
    if (target.tagName === "INPUT") timer = setTimeout(changed, TYPING_MS);
  });
  form.addEventListener("change", changed);
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    changed();
  });
  byId("filter-toggle").onclick = ({ currentTarget }) => toggle(currentTarget);
  addEventListener("popstate", read);
  read();
};

export const showForm = () => {
  if (!byId("filters").checkVisibility()) toggle(byId("filter-toggle"));
  field("text").focus();
};

const toggle = (button) => {
  button.ariaExpanded = String(byId("filters").classList.toggle("unfolded"));
};

// A select takes only what it offers: what the address names comes to the offer.
const set = (name, value) => {
  const target = field(name);
  if (!target) return;
  const isOffered = target.tagName !== "SELECT" || [...target.options].some((each) => each.value === value);
  if (!isOffered) target.add(new Option(value, value));
  target.value = value;
};

const mark = () => {
  for (const name of NAMES) {
    if (name !== "order") field(name)?.classList.toggle("set", Boolean(chosen()[name]));
  }
  byId("clear").hidden = !areSet();
};
