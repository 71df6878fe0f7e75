// New images: they come onto the wall by themselves where that disturbs nobody, else they wait
// behind a button.

import { byId, icon } from "./dom.js";
import { say } from "./notices.js";
import { plural } from "./words.js";

const WAITING_MOST = 300;
// Not more often than this is said how many are new.
const SAID_MS = 10_000;

const newImages = (number) => plural(number, "new image", "new images");

export class Arrivals {
  #grid;
  #isCovered;
  #waiting = [];
  #unsaid = 0;
  #timer = 0;
  isPaused = false;

  // `isCovered()` says that the wall is behind something now.
  constructor(grid, isCovered) {
    this.#grid = grid;
    this.#isCovered = isCovered;
    byId("fresh").onclick = () => this.show();
    byId("pause").onclick = () => this.pause(!this.isPaused);
    addEventListener("scroll", () => this.letIn(), { passive: true });
  }

  get isFull() {
    return this.#waiting.length >= WAITING_MOST;
  }

  add(images) {
    this.#waiting = [...images, ...this.#waiting];
    this.#unsaid += images.length;
    this.#timer ||= setTimeout(() => this.#tell(), this.#unsaid === images.length ? 300 : SAID_MS);
    this.letIn();
  }

  // To the top, and all that waits onto the wall.
  show() {
    scrollTo({ top: 0, behavior: "instant" });
    this.letIn(true);
    if (this.#grid.first) this.#grid.focus(this.#grid.first);
  }

  pause(isPaused) {
    this.isPaused = isPaused;
    const button = byId("pause");
    button.replaceChildren(icon(isPaused ? "play" : "pause"));
    button.title = isPaused ? "Let new images in (P)" : "Pause new images (P)";
    button.ariaLabel = isPaused ? "Let new images in" : "Pause new images";
    say(isPaused ? "New images wait" : "New images appear by themselves");
    this.letIn();
  }

  clear() {
    this.#waiting = [];
    this.letIn();
  }

  // Lets in what waits, unless that would disturb. The newest stands first, as everywhere.
  letIn(isAsked = false) {
    const isQuiet = this.#grid.isAtTop && !this.isPaused && !this.#isCovered();
    if (this.#waiting.length && (isAsked || isQuiet)) {
      // A wall whose beginning was let go has no place before it any more.
      if (this.#grid.letGo) this.#grid.clear();
      this.#grid.prepend(this.#waiting);
      this.#waiting = [];
    }
    byId("fresh").hidden = !this.#waiting.length;
    byId("fresh").lastElementChild.textContent = newImages(this.#waiting.length);
  }

  #tell() {
    this.#timer = 0;
    if (this.#unsaid) say(newImages(this.#unsaid));
    this.#unsaid = 0;
  }
}
