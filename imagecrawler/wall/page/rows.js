// Which picture is in which row, and how far down each row begins. Knows no document.

import { rowsOf } from "./layout.js";

// Rows are broken in batches of this many pictures: one picture more moves only its neighbours.
const BATCH = 60;

export class Rows {
  #rows = [];
  #space = { width: 1, target: 1, gap: 0, captionOf: () => 0 };
  height = 0;

  get items() {
    return this.#rows.flatMap((row) => row.items);
  }

  get size() {
    return this.#rows.reduce((sum, row) => sum + row.items.length, 0);
  }

  // Lays everything anew into `space`: { width, target, gap } in CSS pixels, and `captionOf(items)`,
  // the height of what stands under a row of them.
  fit(space) {
    const all = this.items;
    this.#space = space;
    this.#rows = [];
    for (let at = 0; at < all.length; at += BATCH) {
      this.#rows.push(...rowsOf(all.slice(at, at + BATCH), space));
    }
    this.#stack();
  }

  append(items) {
    const isOpen = this.#rows.length > 0 && !this.#rows.at(-1).isFilled;
    this.#replace(this.#rows.length - isOpen, Number(isOpen), (last) => [...last, ...items]);
  }

  prepend(items) {
    this.#replace(0, 1, (first) => [...items, ...first]);
  }

  // Returns the picture that came after it, or null: it was the last, or is not here.
  remove(item) {
    const at = this.#rows.indexOf(this.rowOf(item));
    if (at < 0) return null;
    const following = this.neighbour(item, 1);
    this.#replace(at, 2, (items) => items.filter((each) => each !== item));
    return following;
  }

  insert(item, following) {
    const at = this.#rows.indexOf(this.rowOf(following));
    if (at < 0) return this.append([item]);
    return this.#replace(at, 1, (items) => items.toSpliced(items.indexOf(following), 0, item));
  }

  // Lets the first `many` pictures go, and what shares a row with the last of them.
  drop(many) {
    const before = this.size;
    while (before - this.size < many && this.#rows.length) this.#rows.shift();
    this.#stack();
    return before - this.size;
  }

  rowOf(item) {
    return this.#rows.find((row) => row.items.includes(item));
  }

  neighbour(item, step) {
    const all = this.items;
    const at = all.indexOf(item);
    return at < 0 ? null : all[at + step] ?? null;
  }

  // The rows of which something lies between two heights, with the place of their first picture.
  between(top, bottom) {
    return this.#rows.filter((row) => row.top + row.height > top && row.top < bottom);
  }

  #replace(at, many, change) {
    const items = this.#rows.slice(at, at + many).flatMap((row) => row.items);
    this.#rows.splice(at, many, ...rowsOf(change(items), this.#space));
    this.#stack();
  }

  #stack() {
    let top = 0;
    let first = 0;
    for (const row of this.#rows) {
      Object.assign(row, { top, first, caption: this.#space.captionOf(row.items) });
      top += row.height + row.caption + this.#space.gap;
      first += row.items.length;
    }
    this.height = top;
  }
}
