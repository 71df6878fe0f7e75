// One viewer's images: what comes next, what has come new, and what was shown.

import { chosen } from "./filters.js";
import { lasting, ofThisTab } from "./memory.js";
import { follow, nextImages, shown } from "./server.js";

const BATCH = 40;
const NEWS_MOST = 200;
const TOLD_MS = 1000;
const TOLD_MOST = 500;

// Not from crypto.randomUUID: that is missing where the wall is reached by a name over http.
const newName = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");

const nameIn = (memory, kind) => {
  const name = memory.recall(kind) ?? newName();
  memory.remember(kind, name);
  return name;
};

export class Stream {
  // One name for all visits of this browser, and one for this tab: a page that is loaded again gets
  // what the one before it was given and did not show.
  #viewer = nameIn(lasting, "viewer");
  #tab = nameIn(ofThisTab, "tab");
  #after = null;
  #round = 0;
  // What the server holds for this tab is to be let go: nobody here has it.
  #isAnew = true;
  #turn = Promise.resolve();
  #told = Promise.resolve();
  // Given and not shown yet. The server gives an image again when it has waited for long.
  #held = new Set();
  #untold = [];
  #fresh = new WeakSet();
  #timer = 0;
  #seq = null;
  #listeners;

  // `onFresh(images)` gets what has come since, newest first, unless `isFull()`: then it comes with
  // the rest, some day. `onChange()` is called when there may be more than there was, `onTold()`
  // when the server has heard what was shown.
  constructor({ onFresh, isFull, onChange, onTold }) {
    this.#listeners = { onFresh, isFull, onChange, onTold };
    follow((state) => this.#hear(state));
    // Also when the page is only hidden: on a phone it may never come back.
    addEventListener("pagehide", () => this.#tell());
    document.addEventListener("visibilitychange", () => document.hidden && this.#tell());
  }

  // Begins anew with what the filters say now.
  restart() {
    this.#round += 1;
    this.#after = null;
    this.#isAnew = true;
    this.#held.clear();
  }

  isNew(image) {
    return this.#fresh.has(image);
  }

  // Promises the next images, [] when there are none that this page does not have, null when the
  // server does not answer, undefined when something else is wanted meanwhile.
  more() {
    const round = this.#round;
    return this.#inTurn(async () => {
      await this.#tell();
      return round === this.#round ? this.#next() : undefined;
    });
  }

  // Notes that images were on screen; the server hears of it soon.
  shown(images) {
    for (const image of images) {
      if (image.isShown) continue;
      image.isShown = true;
      this.#held.delete(image.id);
      this.#untold.push(image.id);
    }
    if (this.#untold.length) this.#timer ||= setTimeout(() => this.#tell(), TOLD_MS);
  }

  // While the index is made nothing is new, and `seq` is null. After the server was away `seq` tells
  // what has come meanwhile.
  async #hear({ seq }) {
    const since = this.#seq;
    this.#seq = seq;
    if (seq === null || since === null) this.#listeners.onChange();
    else if (seq > since && !this.#listeners.isFull()) await this.#fetchNews(since);
  }

  #fetchNews(since) {
    const round = this.#round;
    return this.#inTurn(async () => {
      if (round !== this.#round) return; // The first images of the new round have the news.
      const answer = await this.#ask({ limit: NEWS_MOST, since });
      const images = this.#kept(answer?.images ?? []);
      if (!images.length) return;
      for (const image of images) this.#fresh.add(image);
      this.#listeners.onFresh(images);
    });
  }

  // One request after the other, each made of what is wanted when its turn has come. The server
  // holds what it gives: one that it came to late, whose images nobody waits for any more, would
  // take them from the one that they are for.
  #inTurn(ask) {
    const asked = this.#turn.then(ask);
    this.#turn = asked.catch(() => {});
    return asked;
  }

  async #next() {
    const answer = await this.#ask({ limit: BATCH, after: this.#after, anew: this.#isAnew ? 1 : "" });
    if (answer === undefined) return undefined;
    this.#isAnew = !answer;
    if (!answer) return null;
    this.#after = answer.after;
    // What comes before the first event is new as well.
    this.#seq ??= answer.seq;
    return this.#kept(answer.images);
  }

  async #ask(query) {
    const round = this.#round;
    const answer = await nextImages({ viewer: this.#viewer, tab: this.#tab, ...chosen(), ...query });
    return round === this.#round ? answer : undefined;
  }

  #kept(images) {
    const news = images.filter(({ id }) => !this.#held.has(id));
    for (const { id } of news) this.#held.add(id);
    return news;
  }

  // Resolves when the server has heard of all that was shown until now, also of what it is being
  // told already: asked before that, it gives it again.
  #tell() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const ids = this.#untold.splice(0, TOLD_MOST);
    if (ids.length) this.#told = Promise.allSettled([this.#told, this.#send(ids)]).then(() => {});
    return this.#told;
  }

  async #send(ids) {
    if (await shown(this.#viewer, ids)) this.#listeners.onTold();
    else this.#untold.push(...ids);
  }
}
