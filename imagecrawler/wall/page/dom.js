// Elements of plain values. Text of the web becomes text nodes and never markup.

import { webAddress } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

// `properties` are those of the element (className, alt, role, ariaLabel ...); null children are
// left out, strings become text.
export const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};

// A link to another site, which learns nothing of this page; plain text where there is no address.
export const outwardLink = (address, text, properties = {}) => {
  const href = webAddress(address);
  if (!href) return element("span", properties, text);
  return element("a", { ...properties, href, target: "_blank", rel: "noopener noreferrer" }, text);
};

export const icon = (name) => {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
};

export const iconButton = (name, label, onclick) =>
  element("button", { type: "button", className: "icon-button", title: label, ariaLabel: label, onclick }, icon(name));
