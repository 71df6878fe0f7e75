// All that is known of one image, in a sheet over the page.

import { byId, element, iconButton, outwardLink } from "./dom.js";
import { say } from "./notices.js";
import { closePanel, openPanel } from "./overlay.js";
import { recordOf } from "./server.js";
import { facts, pictureOf, titleOf } from "./tile.js";
import { bytes, count, date, webAddress } from "./words.js";

const GROUPS = [
  ["What it shows", ["description", "title", "heading", "text", "tags", "language", "class", "class_score", "class_reason"]],
  ["Rights", ["licence", "licence_name", "licence_url", "licence_of_page", "acquire_licence_page", "author", "credit", "copyright", "date"]],
  ["Where it was found", ["page", "pages", "page_count", "follow", "position", "found_by", "certainty"]],
  ["The file", [
    "format", "width", "height", "bytes", "files", "widths", "time", "status", "fetched_url", "asked_url", "etag", "sha256",
    "phash", "phash_quality", "near_duplicate_of", "near_distance",
  ]],
  ["Renditions", ["url", "candidates", "claimed", "tried", "refuted", "upgrade", "given_up"]],
];
// Of a list that another hand made endless.
const MOST = 300;
// What was asked for last: an answer to an earlier wish that comes later is not shown.
let wanted = "";
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

// Opens the sheet of one image, or says that there is none.
export const openRecord = async (id, { onClose } = {}) => {
  wanted = id;
  const answer = await recordOf(id);
  if (wanted !== id) return undefined;
  if (!answer) return say("Nothing is known of this image any more");
  const { panel, heading, body } = sheet();
  heading.textContent = answer.image ? titleOf(answer.image) : answer.record?.description ?? id;
  body.replaceChildren(
    picture(answer.image),
    group("Why it has no file", answer.failure ?? {}),
    ...groups(answer.record ?? {}),
    alike(answer.alike),
  );
  openPanel(panel, { onClose });
  panel.firstElementChild.scrollTop = 0;
  return undefined;
};

export const closeRecord = () => closePanel(byId("record"));

const picture = (image) => {
  if (!image?.src) return element("p", { className: "without" }, "There is no file of this image.");
  const largest = image.files.at(-1).src;
  return element(
    "figure",
    {},
    element("a", { className: "picture", href: largest, target: "_blank" }, pictureOf(image, "min(100vw, 800px)", { width: image.width, height: image.height })),
    element("figcaption", { className: "meta" }, ...facts(image)),
  );
};

// What the record has, in groups, and the rest of it after those.
const groups = (record) => {
  const known = new Set(GROUPS.flatMap(([, names]) => names));
  const others = Object.keys(record).filter((name) => !known.has(name));
  return [...GROUPS, ["Further", others]].map(([name, names]) => group(name, pick(record, names)));
};

const alike = (images) => images.length > 0 ? element(
  "section",
  {},
  element("h3", {}, "Looks like it"),
  element("p", { className: "alike" }, ...images.map((image) =>
    element("button", { type: "button", onclick: () => reopen(image.id) }, pictureOf(image, "120px")))),
) : "";

const reopen = (id) => {
  closeRecord();
  openRecord(id);
};

const sheet = () => {
  if (!byId("record")) document.body.append(made());
  return { panel: byId("record"), heading: byId("record-title"), body: byId("record-body") };
};

const made = () => {
  const head = element("header", {}, element("h2", { id: "record-title" }), iconButton("close", "Close", closeRecord));
  const inner = element("div", { className: "sheet-body" }, head, element("div", { id: "record-body" }));
  const panel = element("div", { id: "record", className: "sheet", role: "dialog", ariaModal: "true", tabIndex: -1, hidden: true }, inner);
  panel.setAttribute("aria-labelledby", "record-title");
  panel.onclick = ({ target }) => target === panel && closeRecord();
  return panel;
};

const pick = (record, names) =>
  Object.fromEntries(names.filter((name) => !isNothing(record[name])).map((name) => [name, record[name]]));

const isNothing = (value) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

const group = (name, facts) =>
  Object.keys(facts).length ? element("section", {}, element("h3", {}, name), table(facts)) : "";

const table = (facts) => element("dl", {}, ...Object.entries(facts).slice(0, MOST).map(([name, value]) =>
  element("div", {}, element("dt", {}, name.replaceAll("_", " ")), element("dd", {}, valueOf(name, value)))));

const valueOf = (name, value) => {
  if (Array.isArray(value)) return list(name, value);
  if (value && typeof value === "object") return table(value);
  if (name === "bytes" && Number.isFinite(value)) return `${bytes(value)} (${count(value)} bytes)`;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && INSTANT.test(value)) return element("time", { dateTime: value, title: value }, date(new Date(value)));
  return webAddress(value) ? outwardLink(value, value) : String(value ?? "–");
};

const list = (name, values) => {
  const isPlain = values.every((value) => typeof value !== "object" && !webAddress(value));
  const items = values.slice(0, MOST).map((value) => element("li", {}, valueOf(name, value)));
  if (values.length > MOST) items.push(element("li", {}, `… and ${count(values.length - MOST)} more`));
  return element("ul", { className: isPlain ? "chips" : "" }, ...items);
};
