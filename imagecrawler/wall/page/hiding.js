// Taking an image out for good, with a while to think better of it.

import { note, say } from "./notices.js";
import { hide } from "./server.js";

export class Hiding {
  #grid;
  #viewer;
  // What is off the wall, and not dropped yet because that cannot be undone.
  #undecided = new Set();

  constructor(grid, viewer) {
    this.#grid = grid;
    this.#viewer = viewer;
    addEventListener("pagehide", () => [...this.#undecided].forEach((image) => this.#drop(image)));
  }

  async hide(image) {
    if (this.#undecided.has(image)) return;
    this.#undecided.add(image);
    const wasFocused = this.#grid.focused === image;
    if (this.#viewer.isOpen) await this.#viewer.leave(image);
    const following = this.#grid.remove(image);
    if (wasFocused && following) this.#grid.focus(following);
    note("Hidden for good.", {
      action: "Undo",
      onAction: () => this.#bringBack(image, following),
      onGone: () => this.#drop(image),
    });
  }

  #bringBack(image, following) {
    this.#undecided.delete(image);
    this.#grid.bringBack(image, following);
    say("It is back");
  }

  async #drop(image) {
    if (!this.#undecided.delete(image)) return;
    if (!await hide(image.id)) note("It could not be hidden for good: the server did not take it.");
  }
}
