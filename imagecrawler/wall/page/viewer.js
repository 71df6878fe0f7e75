// One image large, and the slideshow: a way through the wall with a memory of its own.

import { byId, element, icon } from "./dom.js";
import { say } from "./notices.js";
import { closePanel, isOpen, openPanel } from "./overlay.js";
import { onSwipe } from "./swipe.js";
import { altOf, facts, pictureOf, titleOf } from "./tile.js";

const SECONDS = 6;
const IDLE_SECONDS = 3;
// How far back one can go, and how much news may wait.
const REMEMBERED = 500;
const TAGS = 30;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Viewer {
  #panel = byId("viewer");
  #wall;
  #past = [];
  #at = -1;
  #news = [];
  #wasNews = new WeakSet();
  #timer = 0;
  #idle = 0;
  #progress = null;
  isPlaying = false;

  // `wall.following(image)` promises the image after it, or null: there is no more;
  // `wall.ahead(image)` gives it if it is there already. `wall.shown(image)` is called for each
  // that is shown, `wall.only(tag)` for a tag that was pressed, `wall.left(image)` at the end.
  constructor(wall) {
    this.#wall = wall;
    byId("viewer-next").onclick = () => this.next();
    byId("viewer-back").onclick = () => this.back();
    byId("viewer-play").onclick = () => this.play(!this.isPlaying);
    byId("viewer-close").onclick = () => this.close();
    byId("viewer-full").onclick = fullScreen;
    onSwipe(byId("stage"), {
      left: () => this.next(), right: () => this.back(), down: () => this.close(), tap: () => this.#stir(),
    });
    for (const event of ["pointermove", "keydown"]) {
      this.#panel.addEventListener(event, () => this.#stir(), { passive: true });
    }
  }

  get isOpen() {
    return isOpen(this.#panel);
  }

  get current() {
    return this.isOpen ? this.#past[this.#at] ?? null : null;
  }

  open(image, { isPlaying = false } = {}) {
    this.#past = [];
    this.#news = [];
    openPanel(this.#panel);
    this.#show(image);
    this.play(isPlaying);
  }

  close() {
    const image = this.current;
    if (!this.isOpen) return;
    clearTimeout(this.#timer);
    clearTimeout(this.#idle);
    if (document.fullscreenElement) document.exitFullscreen();
    byId("stage").replaceChildren();
    closePanel(this.#panel);
    this.#wall.left(image);
  }

  // What has just arrived comes next, before the rest of the wall.
  announce(images) {
    if (this.isOpen) this.#news = [...this.#news, ...images].slice(-REMEMBERED);
  }

  async next() {
    clearTimeout(this.#timer);
    if (this.#at < this.#past.length - 1) return this.#turn(this.#at + 1);
    const from = this.#past.findLast((image) => !this.#wasNews.has(image)) ?? this.current;
    const [past, at] = [this.#past, this.#at];
    const image = this.#nextNews() ?? await this.#wall.following(from);
    // Another picture was opened meanwhile, or somebody has turned the pages.
    if (!this.isOpen || past !== this.#past || at !== this.#at) return undefined;
    return image ? this.#show(image) : this.#wait();
  }

  back() {
    if (this.#at > 0) this.#turn(this.#at - 1);
  }

  // Goes on from an image that is about to be taken off the wall, and forgets it.
  async leave(image) {
    await this.next();
    const now = this.current;
    if (now === image) return this.close();
    this.#past = this.#past.filter((each) => each !== image);
    this.#at = this.#past.indexOf(now);
    return undefined;
  }

  play(isPlaying) {
    this.isPlaying = isPlaying;
    const button = byId("viewer-play");
    button.replaceChildren(icon(isPlaying ? "pause" : "play"));
    button.ariaLabel = isPlaying ? "Pause" : "Play";
    this.#wait();
    this.#stir();
  }

  #nextNews() {
    const image = this.#news.shift() ?? null;
    if (image) this.#wasNews.add(image);
    return image;
  }

  #show(image) {
    this.#past = [...this.#past, image].slice(-REMEMBERED);
    this.#turn(this.#past.length - 1);
  }

  #turn(at) {
    this.#at = at;
    const image = this.#past[at];
    byId("stage").replaceChildren(pictureOf(image, "100vw", { width: image.width, height: image.height }));
    this.#tell(image);
    this.#wall.shown(image);
    this.#wait();
    const ahead = this.#news[0] ?? this.#wall.ahead(image);
    if (ahead) pictureOf(ahead, "100vw");
  }

  #tell(image) {
    const size = image.width ? element("span", {}, `${image.width} × ${image.height}`) : null;
    byId("viewer-title").textContent = titleOf(image);
    byId("viewer-meta").replaceChildren(...facts(image, image.author && element("span", {}, image.author), size));
    byId("viewer-tags").replaceChildren(...image.tags.slice(0, TAGS).map((tag) => this.#tagButton(tag)));
    byId("viewer-place").textContent = image.repeat ? "Seen before" : "";
    // Read out while a person turns the pages, not while they turn by themselves.
    if (!this.isPlaying) say(altOf(image));
  }

  #tagButton(tag) {
    return element("button", { type: "button", title: `Only ${tag}`, onclick: () => this.#wall.only(tag) }, tag);
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#progress?.cancel();
    if (!this.isPlaying) return;
    const grow = { transform: ["scaleX(0)", "scaleX(1)"] };
    if (!STILL.matches) this.#progress = byId("progress").animate(grow, SECONDS * 1000);
    this.#timer = setTimeout(() => this.next(), SECONDS * 1000);
  }

  // The buttons leave the picture alone while it plays and nobody moves.
  #stir() {
    clearTimeout(this.#idle);
    this.#panel.classList.remove("idle");
    if (!this.isPlaying) return;
    this.#idle = setTimeout(() => this.#panel.classList.add("idle"), IDLE_SECONDS * 1000);
  }
}

export const fullScreen = () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => say("Full screen is not possible here"));
};
