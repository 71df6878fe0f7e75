// Runs in every document before the document's own scripts, and notes where the bytes of blobs,
// bitmaps and canvases came from: an image drawn by a script has an address after all.
// Nothing else changes for the page. Each wrapper calls what it wraps first.
(() => {
  const key = Symbol.for("imagecrawler.origins");
  if (window[key]) return;
  const origins = new WeakMap(); // Response, Blob, ArrayBuffer, ImageBitmap, canvas ... -> Set
  const inline = new Map(); // blob: address, or the head of a data: address -> Set
  const MAX_INLINE = 20_000;
  const head = (text) => `${text.length}:${text.slice(0, 512)}${text.slice(-512)}`;

  const fromText = (address) =>
    !address ? [] : /^https?:/.test(address) ? [address]
    : inline.get(address.startsWith("data:") ? head(address) : address) ?? [];

  // Where the bytes of `thing` came from: absolute addresses, none when they were made here.
  const originsOf = (thing) => {
    if (typeof thing === "string") return fromText(thing);
    if (!thing || typeof thing !== "object") return [];
    if (origins.has(thing)) return origins.get(thing);
    if (ArrayBuffer.isView(thing)) return originsOf(thing.buffer);
    if (thing.localName === "img") return fromText(thing.currentSrc || thing.src);
    if (thing.localName === "image") return fromText(thing.href?.baseVal);
    if (thing.localName === "video") return fromText(thing.poster);
    return [];
  };
  const note = (thing, ...sources) => {
    const found = sources.flatMap((source) => [...originsOf(source)]);
    if (!thing || !found.length) return thing;
    const kept = typeof thing === "object" ? origins : inline;
    const name = typeof thing === "string" && thing.startsWith("data:") ? head(thing) : thing;
    if (inline.size < MAX_INLINE) kept.set(name, new Set([...(kept.get(name) ?? []), ...found]));
    return thing;
  };

  // Calls `after(result, self, args)` when `owner[name]` has given its result.
  const wrap = (owner, name, after) => {
    const original = owner?.[name];
    if (typeof original !== "function") return;
    const handler = (result, self, args) => {
      try { after(result, self, args); } catch { /* the page's call has its result */ }
      return result;
    };
    owner[name] = new Proxy(original, {
      apply(target, self, args) {
        const result = Reflect.apply(target, self, args);
        return result instanceof Promise
          ? result.then((value) => handler(value, self, args))
          : handler(result, self, args);
      },
      construct(target, args, newTarget) {
        return handler(Reflect.construct(target, args, newTarget), null, args);
      },
    });
  };
  const wrapGetter = (owner, name, after) => {
    const original = Object.getOwnPropertyDescriptor(owner ?? {}, name);
    if (!original?.get) return;
    Object.defineProperty(owner, name, {
      ...original,
      get() {
        const value = original.get.call(this);
        try { after(value, this); } catch { /* as above */ }
        return value;
      },
    });
  };

  for (const name of ["blob", "arrayBuffer", "bytes"]) {
    wrap(window.Response?.prototype, name, (bytes, response) => note(bytes, response.url, response));
  }
  wrap(window.Response?.prototype, "clone", (copy, response) => note(copy, response.url, response));
  wrapGetter(XMLHttpRequest.prototype, "response", (bytes, request) => {
    if (bytes && typeof bytes === "object") note(bytes, request.responseURL);
  });
  wrap(window, "Response", (response, _, [body]) => note(response, body));
  wrap(window, "Blob", (blob, _, [parts]) => note(blob, ...(parts ?? [])));
  wrap(window, "File", (file, _, [parts]) => note(file, ...(parts ?? [])));
  wrap(Blob.prototype, "slice", (part, blob) => note(part, blob));
  wrap(Blob.prototype, "arrayBuffer", (buffer, blob) => note(buffer, blob));
  wrap(ArrayBuffer.prototype, "slice", (part, buffer) => note(part, buffer));
  wrap(URL, "createObjectURL", (address, _, [blob]) => note(address, blob));
  const files = new WeakMap();
  wrap(FileReader.prototype, "readAsDataURL", (_, reader, [blob]) => files.set(reader, blob));
  wrapGetter(FileReader.prototype, "result", (data, reader) => note(data, files.get(reader)));

  wrap(window, "createImageBitmap", (bitmap, _, [source]) => note(bitmap, source));
  for (const type of ["CanvasRenderingContext2D", "OffscreenCanvasRenderingContext2D"]) {
    wrap(window[type]?.prototype, "drawImage", (_, context, [image]) => note(context.canvas, image));
  }
  for (const type of ["WebGLRenderingContext", "WebGL2RenderingContext"]) {
    for (const name of ["texImage2D", "texSubImage2D"]) {
      wrap(window[type]?.prototype, name, (_, context, args) => note(context.canvas, args.at(-1)));
    }
  }
  wrap(window.ImageBitmapRenderingContext?.prototype, "transferFromImageBitmap",
    (_, context, [bitmap]) => note(context.canvas, bitmap));
  wrap(window.OffscreenCanvas?.prototype, "transferToImageBitmap", note);
  wrap(window.OffscreenCanvas?.prototype, "convertToBlob", note);
  wrap(window.HTMLCanvasElement?.prototype, "toDataURL", note);
  const toBlob = HTMLCanvasElement.prototype.toBlob;
  HTMLCanvasElement.prototype.toBlob = function (done, ...rest) {
    return toBlob.call(this, (blob) => done(note(blob, this)), ...rest);
  };

  Object.defineProperty(window, key, { value: (thing) => [...originsOf(thing)] });
})();
