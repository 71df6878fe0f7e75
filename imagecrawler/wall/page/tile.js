// One image in few words: what every view says of it, and its tile on the wall. An image is as the
// server tells of it; all its texts are of the web.

import { element, outwardLink } from "./dom.js";
import { age, date } from "./words.js";

export const titleOf = ({ description, title, heading }) => description || title || heading || "No description";

// What a screen reader says of a picture that nobody has described.
export const altOf = (image) =>
  image.description || image.title || `Image without a description, from ${sourceOf(image)}`;

export const sourceOf = ({ source }) => source || "an unknown place";

// `sizes` says how wide the picture will be, as in HTML.
export const pictureOf = (image, sizes, properties = {}) => {
  const files = image.files.filter(({ width }) => width > 0);
  return element("img", {
    alt: altOf(image),
    decoding: "async",
    draggable: false,
    ...(files.length > 1 && { sizes, srcset: files.map(({ src, width }) => `${src} ${width}w`).join(", ") }),
    ...properties,
    // The last: what comes before decides which of the files is fetched.
    src: image.src ?? "",
  });
};

// Source, age, licence and whatever else is given, as parts of a line.
export const facts = (image, ...others) => [
  outwardLink(image.page, sourceOf(image), { className: "source", title: "Open the page it is from" }),
  ageOf(image),
  licenceOf(image),
  ...others,
].filter(Boolean);

const ageOf = ({ since }) => {
  const instant = new Date(since ?? NaN);
  const text = age(instant, new Date());
  return text && element("time", { dateTime: since, title: date(instant) }, text);
};

const licenceOf = ({ licence }) =>
  licence && outwardLink(licence.url, licence.name || licence.text || "Licence", { className: "licence" });

export const makeTile = (image, { height, isNew, onOpen, onHide }) => {
  const sizes = `${Math.round(height * (image.width / image.height || 1))}px`;
  const picture = pictureOf(image, sizes, {
    onload: () => tile.classList.add("loaded"),
    // A file that has gone meanwhile leaves its words.
    onerror: () => tile.classList.add("gone"),
  });
  const tile = element(
    "article",
    { className: isNew ? "tile fresh" : "tile", tabIndex: -1, ariaLabel: altOf(image), ariaSetSize: "-1" },
    element("button", { type: "button", className: "open", onclick: () => onOpen(image) }, picture),
    image.repeat ? element("span", { className: "badge" }, "Seen before") : "",
    hideButton(() => onHide(image)),
    caption(image),
  );
  return tile;
};

// Whose picture is still on its way keeps its tile alive until it has come, if nobody stops it.
export const dropTile = (tile) => {
  const picture = tile.querySelector("img");
  if (!picture.complete) for (const name of ["srcset", "src"]) picture.removeAttribute(name);
  tile.remove();
};

// Its icon comes with the style: thousands of tiles come and go.
const hideButton = (onclick) =>
  element("button", { type: "button", className: "hide", title: "Hide for good", ariaLabel: "Hide for good", onclick });

const caption = (image) => element(
  "div",
  { className: "caption" },
  element("p", { className: "title", title: titleOf(image) }, titleOf(image)),
  element("p", { className: "meta" }, ...facts(image)),
  element("p", { className: "tags" }, ...image.tags.slice(0, 8).map((tag) => element("span", {}, tag))),
);
