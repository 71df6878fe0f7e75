// Keeps the wall longer than what is looked at, and says at its end what there is.

import { byId } from "./dom.js";
import { areSet } from "./filters.js";
import { note } from "./notices.js";

// Heights of the window that are there before they are scrolled to.
const AHEAD = 1.5;
const RETRY_MS = 4000;

export class Supply {
  #grid;
  #stream;
  #asking = null;
  // The last answer was empty: all that there is stands on the wall.
  #isOver = false;
  // Whatever comes now was seen before.
  #isDry = false;

  constructor(grid, stream) {
    this.#grid = grid;
    this.#stream = stream;
    byId("more").onclick = () => this.more();
  }

  // Begins with an empty wall.
  restart() {
    this.#grid.clear();
    this.#asking = null;
    this.#stream.restart();
    return this.wake();
  }

  // There may be more than there was.
  wake() {
    this.#isDry = false;
    return this.retry();
  }

  // What has been shown may be shown again.
  retry() {
    this.#isOver = false;
    return this.fill();
  }

  // Asks until there is enough. What was seen before comes only to those who scroll for it: a small
  // store would stand on one screen several times.
  async fill() {
    while (!this.#asking && !this.#isOver && this.#grid.left < AHEAD) {
      if (this.#isDry && this.#grid.isShort) break;
      if (!await this.more()) break;
    }
  }

  // Puts more on the wall; promises whether there was more.
  more() {
    if (this.#asking) return this.#asking;
    const asking = this.#ask().finally(() => {
      if (this.#asking === asking) this.#asking = null;
    });
    this.#asking = asking;
    return asking;
  }

  async #ask() {
    byId("feed").ariaBusy = "true";
    const images = await this.#stream.more();
    if (images === undefined) return false; // Something else is wanted by now.
    byId("feed").ariaBusy = "false";
    if (!images) return this.#fail();
    const isDry = !images.length || images.some(({ repeat }) => repeat);
    if (images.length && isDry && !this.#isDry && this.#grid.size) note("From here on you have seen the images before.");
    this.#isOver = !images.length;
    this.#isDry = isDry;
    this.#grid.append(images);
    this.tell();
    return images.length > 0;
  }

  // Says what the wall has come to.
  tell() {
    const isEmpty = !this.#grid.size;
    byId("more").hidden = isEmpty || !this.#isDry;
    byId("foot-text").textContent = isEmpty ? nothing() : this.#isDry ? "You have seen all that there is, for now." : "";
  }

  #fail() {
    setTimeout(() => this.fill(), RETRY_MS);
    byId("foot-text").textContent = "The server does not answer. Trying again …";
    return false;
  }
}

const nothing = () => (areSet()
  ? "No image is like that. Other filters may find some."
  : "No images yet. As soon as a crawl finds some, they appear here.");
