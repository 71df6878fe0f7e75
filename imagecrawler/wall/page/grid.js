// The wall itself: an endless feed of which only what is near the window is in the document.

import { Rows } from "./rows.js";

const GAP = 14;
// What lies within so many heights of the window is in the document.
const MARGIN = 1;
// Of more pictures than MOST the wall lets the first ones go, many at once: a page that is open
// for days needs no more than one that is open for an hour.
const MOST = 3000;
const LET_GO = 1000;

export class Grid {
  #feed;
  #makeTile;
  #dropTile;
  #onMoved;
  #beginning;
  #rows = new Rows();
  #tiles = new Map();
  #width = 0;
  #isDue = false;
  letGo = 0;

  // `makeTile(item, height)` gives the article of a picture, `dropTile(tile)` takes it out of the
  // document for good; `onMoved()` is called when something else may be in the window. `beginning`
  // stands before the feed and is shown once the first pictures were let go. An item has a width, a height and tags, and is told from others by identity.
  constructor(feed, { makeTile, dropTile, onMoved, beginning }) {
    this.#feed = feed;
    this.#makeTile = makeTile;
    this.#dropTile = dropTile;
    this.#onMoved = onMoved;
    this.#beginning = beginning;
    addEventListener("scroll", () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#resized()).observe(feed);
  }

  get size() {
    return this.#rows.size;
  }

  get first() {
    return this.#rows.items[0] ?? null;
  }

  neighbour(item, step) {
    return this.#rows.neighbour(item, step);
  }

  append(items) {
    this.#anchored(() => this.#rows.append(items));
    if (this.size > MOST) this.#anchored(() => this.#setLetGo(this.letGo + this.#rows.drop(LET_GO)));
  }

  // New pictures before all others. What is looked at stays where it is, but for the top of the
  // wall, where they come into view.
  prepend(items) {
    if (!this.isAtTop) this.#anchored(() => this.#rows.prepend(items));
    else {
      this.#rows.prepend(items);
      this.#mount();
    }
  }

  // Takes a picture off; what is returned is for `bringBack`.
  remove(item) {
    return this.#anchored(() => this.#rows.remove(item));
  }

  bringBack(item, following) {
    this.#anchored(() => this.#rows.insert(item, following));
  }

  clear() {
    this.#setLetGo(0);
    this.#rows = new Rows();
    this.#fit();
  }

  get isAtTop() {
    return this.#scrolled() <= 0;
  }

  // How much of the wall is still to come, in heights of the window.
  get left() {
    return (this.#rows.height - this.#scrolled()) / innerHeight - 1;
  }

  // Whether the window shows all of it.
  get isShort() {
    return this.#rows.height < innerHeight;
  }

  // The pictures of which at least half can be seen.
  get visible() {
    const top = this.#scrolled() + this.#covered();
    return this.#half(top, this.#scrolled() + innerHeight);
  }

  // Those too that were scrolled past.
  get passed() {
    return this.#half(-Infinity, this.#scrolled() + innerHeight);
  }

  // The picture whose tile has the focus, or null.
  get focused() {
    const tile = document.activeElement?.closest("article");
    return this.#tiles.entries().find(([, each]) => each === tile)?.[0] ?? null;
  }

  // Moves the focus to a picture, and the window where the picture is out of it.
  focus(item) {
    const row = this.#rows.rowOf(item);
    if (!row) return;
    const room = innerHeight - row.height - row.caption - GAP;
    const from = this.#scrolled() + this.#covered();
    if (row.top < from || row.top > this.#scrolled() + Math.max(room, this.#covered())) {
      scrollBy({ top: row.top - from - GAP, behavior: "instant" });
    }
    this.#mount();
    this.#tiles.get(item).focus({ preventScroll: true });
  }

  // Lays all anew when what stands under the pictures has changed.
  refresh() {
    this.#anchored(() => this.#rows.fit(this.#space()));
  }

  #half(top, bottom) {
    return this.#rows.between(top, bottom)
      .filter(({ top: at, height }) => at + height / 2 > top && at + height / 2 < bottom)
      .flatMap((row) => row.items);
  }

  #setLetGo(many) {
    this.letGo = many;
    this.#beginning.hidden = many === 0;
  }

  #fit() {
    this.#rows.fit(this.#space());
    this.#mount();
  }

  #space() {
    const width = this.#feed.clientWidth;
    const style = getComputedStyle(this.#feed);
    const captions = ["--caption", "--caption-without-tags"].map((name) => parseFloat(style.getPropertyValue(name)));
    const captionOf = (items) => (items.some(({ tags }) => tags.length) ? captions[0] : captions[1]);
    this.#width = width;
    return { width, captionOf, gap: GAP, target: Math.max(180, Math.min(270, width / 2.2)) };
  }

  // How far the wall is scrolled; negative while something stands above it.
  #scrolled() {
    return -this.#feed.getBoundingClientRect().top;
  }

  // What the bar at the top hides of the window.
  #covered() {
    return parseFloat(getComputedStyle(this.#feed).scrollMarginTop);
  }

  #resized() {
    if (this.#feed.clientWidth !== this.#width) this.refresh();
    else this.#schedule();
  }

  // Changes the rows so that the first picture in the window stays where it was.
  #anchored(change) {
    const top = this.#scrolled();
    const from = scrollY; // A wall that has become shorter moves the window by itself.
    const anchor = top > 0 ? this.#rows.between(top, Infinity)[0]?.items[0] : undefined;
    const before = this.#heightOf(anchor);
    const result = change();
    this.#feed.style.height = `${this.#rows.height}px`;
    const after = this.#heightOf(anchor) ?? before;
    if (after !== before) scrollTo({ top: from + after - before, behavior: "instant" });
    this.#mount();
    return result;
  }

  // How far down the page a picture stands.
  #heightOf(item) {
    const row = this.#rows.rowOf(item);
    return row && row.top + this.#feed.offsetTop;
  }

  #schedule() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#mount();
    });
  }

  #mount() {
    this.#feed.style.height = `${this.#rows.height}px`;
    const near = this.#near();
    const wanted = new Set(near.flatMap((row) => row.items));
    for (const [item, tile] of this.#tiles) {
      if (wanted.has(item)) continue;
      this.#dropTile(tile);
      this.#tiles.delete(item);
    }
    let next = this.#feed.firstElementChild;
    for (const row of near) {
      for (const [index, item] of row.items.entries()) {
        const tile = this.#tile(item, row.height);
        // In the order of the wall, which is that of the Tab key and of screen readers.
        if (tile === next) next = next.nextElementSibling;
        else this.#feed.insertBefore(tile, next);
        this.#place(tile, row, index);
      }
    }
    this.#onMoved();
  }

  #near() {
    const top = this.#scrolled();
    const far = innerHeight * MARGIN;
    const near = this.#rows.between(top - far, top + innerHeight + far);
    // What has the focus stays, or the next Tab would begin at the top of the page.
    const row = this.#rows.rowOf(this.focused);
    return row && !near.includes(row) ? [...near, row].sort((a, b) => a.top - b.top) : near;
  }

  #tile(item, height) {
    if (!this.#tiles.has(item)) this.#tiles.set(item, this.#makeTile(item, height));
    return this.#tiles.get(item);
  }

  #place(tile, row, index) {
    const { left, width } = row.boxes[index];
    tile.ariaPosInSet = String(this.letGo + row.first + index + 1);
    tile.style.transform = `translate(${left}px, ${row.top}px)`;
    tile.style.width = `${width}px`;
    tile.style.setProperty("--picture", `${row.height}px`);
  }
}
