// What is there: sightings of images, and links.
const MAX_MARKUP = 2500;
const IMAGES = "img,canvas,image,video[poster],input[type=image]";
const sightings = [];

// A link in SVG has an object where one in HTML has its address.
const hrefOf = (link) => link.href?.baseVal ?? link.href;
const surroundings = (element) => {
  const base_url = element.ownerDocument.baseURI;
  const link = element.closest("a[href]"), figure = element.closest("figure");
  return {
    base_url,
    link: link ? web(hrefOf(link), base_url) : "",
    description: text(element.getAttribute("alt")) || text(element.getAttribute("title"))
      || text(figure?.querySelector("figcaption")?.textContent)
      || text(element.getAttribute("aria-label")) || text(link?.title) || text(link?.textContent),
  };
};
// The element with what encloses it, if that is small; else alone. Inline data is cut out.
const markupOf = (element) => {
  const wholes = ["figure", "a", "picture"].map((name) => element.closest(name));
  return [...wholes, element]
    .map((whole) => whole?.outerHTML.replaceAll(/data:[^"'\s]{200,}/g, "data:,"))
    .find((html) => html && html.length <= MAX_MARKUP) ?? "";
};

// Each sighting is told once, and again when it gets a size: it was hidden then.
const see = (element, kind, url, { markup = "", srcset = "" } = {}) => {
  const { width, height } = element.getBoundingClientRect();
  const plain = markup.replaceAll(/ (?:class|style)="[^"]*"/g, "");
  const name = `${kind} ${url} ${srcset} ${plain} ${width > 1}`;
  if (memory.seen.has(name)) return;
  memory.seen.add(name);
  const size = { width_px: Math.round(width), height_px: Math.round(height) };
  sightings.push({ kind, url, markup, srcset, ...surroundings(element), ...size });
};
// A blob or a canvas is seen by the addresses that its bytes came from, or counted.
const seeBytes = (element, thing, kind) => {
  const found = originsOf(thing, viewOf(element)).map((address) => web(address)).filter(Boolean);
  for (const address of found) see(element, kind, address);
  if (found.length || memory.unreachable.has(element)) return;
  memory.unreachable.add(element);
  memory.lost++;
};
const seeAddress = (element, kind, address) => {
  if (/^blob:/.test(address)) seeBytes(element, address, "blob");
  else if (web(address, element.ownerDocument.baseURI)) {
    see(element, kind, web(address, element.ownerDocument.baseURI));
  }
};
const seeImg = (element) => {
  const shown = element.currentSrc || element.src;
  const isDrawn = /^data:/.test(shown) && originsOf(shown, viewOf(element)).length > 0;
  if (isDrawn || /^blob:/.test(shown)) seeBytes(element, shown, "blob");
  else see(element, "img", web(shown, element.baseURI), { markup: markupOf(element) });
};
const seeElement = (element) => {
  if (element.localName === "img") seeImg(element);
  else if (element.localName === "image") seeAddress(element, "svg", element.href?.baseVal ?? "");
  else if (element.localName === "video") seeAddress(element, "poster", element.poster);
  else if (element.localName === "input") seeAddress(element, "input", element.src);
  else if (element.width && element.height) seeBytes(element, element, "canvas");
};

// `value` as the browser computes it: url("…"), or image-set(url("…") 1dppx, …).
const seeCss = (element, value) => {
  const urls = [...value.matchAll(/url\("((?:[^"\\]|\\.)*)"\)(?:\s+([\d.]+)dppx)?/g)]
    .map(([, address, x]) => ({ address, x: x ?? 1 }));
  if (!value.includes("image-set(")) {
    for (const { address } of urls) seeAddress(element, "background", address);
  } else if (web(urls[0]?.address)) {
    const srcset = urls.map(({ address, x }) => `${address} ${x}x`).join(", ");
    see(element, "background", web(urls[0].address), { srcset });
  }
};
const seeBackgrounds = (root) => {
  for (const element of [...root.querySelectorAll("*")].slice(0, MAX_ELEMENTS)) {
    for (const pseudo of [null, "::before", "::after"]) {
      const style = viewOf(element).getComputedStyle(element, pseudo);
      if (style.backgroundImage.includes("url(")) seeCss(element, style.backgroundImage);
      if (pseudo && style.content.includes("url(")) seeCss(element, style.content);
    }
  }
};

const newLinks = (all) => {
  const found = [];
  for (const anchor of all.flatMap((root) => [...root.querySelectorAll("a[href]")])) {
    const address = web(hrefOf(anchor), anchor.baseURI).split("#")[0];
    if (!address || /\bnofollow\b/i.test(anchor.rel) || memory.links.has(address)) continue;
    if (memory.links.size >= MAX_ELEMENTS) break;
    memory.links.add(address);
    found.push(address);
  }
  return found;
};
const observe = (all, backgrounds) => {
  for (const root of all) {
    for (const element of root.querySelectorAll(IMAGES)) seeElement(element);
    if (backgrounds) seeBackgrounds(root);
  }
  return { images: sightings, links: newLinks(all), unreachable: memory.lost };
};
