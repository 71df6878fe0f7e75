// What every part of a look stands on: its memory, the documents, small measures. The memory is
// in the page: a page that loads anew is looked at anew.
const MAX_CHARS = 4096, MAX_ELEMENTS = 50_000, MAX_DRAW_MS = 3000;
const memory = (window[Symbol.for("imagecrawler.look")] ??= {
  seen: new Set(), links: new Set(), unreachable: new WeakSet(), pressed: new WeakMap(), lost: 0,
});

// The page's document, the open shadow roots in it, and the documents of frames that let us.
const roots = () => {
  const found = [];
  const add = (root) => {
    found.push(root);
    for (const element of [...root.querySelectorAll("*")].slice(0, MAX_ELEMENTS)) {
      if (element.shadowRoot) add(element.shadowRoot);
      const inner = documentOf(element);
      if (inner?.documentElement) add(inner);
    }
  };
  add(document);
  return found;
};
const documentOf = (element) => {
  if (element.localName !== "iframe" && element.localName !== "frame") return null;
  try {
    return element.contentDocument;
  } catch {
    return null; // Another origin.
  }
};
const viewOf = (element) => element.ownerDocument.defaultView ?? window;
// Where the bytes of a blob, a canvas or the like came from; see origins.js.
const originsOf = (thing, view) => (view[Symbol.for("imagecrawler.origins")] ?? (() => []))(thing);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
// Two frames: in the first the observers of intersections are told, in the second scripts drew. On a
// busy machine they take long, and a list that draws what is in view skips what is not waited for.
const drawn = async () => {
  const twice = new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await Promise.race([twice, pause(MAX_DRAW_MS)]);
  await pause(task.pause_ms);
};
const text = (value) => (value ?? "").toString().replace(/\s+/g, " ").trim().slice(0, 500);
const web = (address, base) => {
  if (!address) return "";
  try {
    const url = new URL(address, base);
    return /^https?:$/.test(url.protocol) && url.href.length <= MAX_CHARS ? url.href : "";
  } catch {
    return "";
  }
};
// A document as it is now, its shadow roots as declarative ones.
const serialised = (root, all) => {
  const shadowRoots = all.filter((other) => other.host);
  const inner = root.documentElement.getHTML({ shadowRoots });
  const outer = root.documentElement.cloneNode(false).outerHTML.replace(/<\/html>$/, "");
  return (outer + inner).slice(0, task.max_chars);
};
