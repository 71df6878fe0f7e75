// The wall page: brings the grid, its supply, the viewer, the filters and the keys together.

import { Arrivals } from "./arrivals.js";
import { byId } from "./dom.js";
import * as filters from "./filters.js";
import { Grid } from "./grid.js";
import { Hiding } from "./hiding.js";
import { listen } from "./keys.js";
import { lasting } from "./memory.js";
import { pressNote, say } from "./notices.js";
import { closePanel, openPanel, topmost } from "./overlay.js";
import { openRecord } from "./record.js";
import { selections } from "./server.js";
import { Stream } from "./stream.js";
import { Supply } from "./supply.js";
import { dropTile, makeTile } from "./tile.js";
import { Viewer, fullScreen } from "./viewer.js";

// How often is looked at what is on screen. What was there for less was hardly seen.
const LOOK_MS = 300;
const FILTERS_MS = 60_000;

const feed = byId("feed");
const grid = new Grid(feed, {
  makeTile: (image, height) => makeTile(image, {
    height, isNew: stream.isNew(image), onOpen: (each) => viewer.open(each), onHide: (each) => hiding.hide(each),
  }),
  dropTile,
  onMoved: () => supply.fill(),
  beginning: byId("let-go"),
});
const arrivals = new Arrivals(grid, () => topmost() !== null);
const stream = new Stream({
  onFresh: (images) => {
    viewer.announce(images);
    arrivals.add(images);
    supply.tell();
  },
  isFull: () => arrivals.isFull,
  onChange: () => supply.wake(),
  onTold: () => supply.retry(),
});
const supply = new Supply(grid, stream);
const viewer = new Viewer({
  following: async (image) => grid.neighbour(image, 1) ?? (await supply.more() ? grid.neighbour(image, 1) : null),
  ahead: (image) => grid.neighbour(image, 1),
  shown: (image) => stream.shown([image]),
  only: (tag) => {
    viewer.close();
    filters.choose({ tag });
  },
  left: (image) => {
    grid.focus(image);
    arrivals.letIn();
  },
});
const hiding = new Hiding(grid, viewer);

const restart = () => {
  history.replaceState(null, "", `?${filters.inAddress()}`.replace(/\?$/, location.pathname));
  arrivals.clear();
  supply.restart();
  scrollTo({ top: 0, behavior: "instant" });
};

const step = async (by) => {
  const from = grid.focused;
  const to = from ? grid.neighbour(from, by) : grid.visible[0];
  if (to) grid.focus(to);
  else if (by > 0 && await supply.more()) grid.focus(grid.neighbour(from, by));
};

const slideshow = () => {
  const begin = grid.focused ?? grid.visible[0] ?? grid.first;
  if (begin) viewer.open(begin, { isPlaying: true });
  else say("There are no images yet");
};

const showCaptions = (areShown) => {
  feed.classList.toggle("bare", !areShown);
  byId("captions").ariaPressed = String(areShown);
  byId("captions-on").checked = areShown;
  lasting.remember("captions", areShown ? "on" : "off");
  grid.refresh();
};

const aboutCurrent = () => viewer.current ?? grid.focused;
const help = byId("help");
const openHelp = () => openPanel(help);

const ON_THE_WALL = {
  next: () => step(1),
  back: () => step(-1),
  "next-page": () => grid.focused && (step(1), true),
  "back-page": () => grid.focused && (step(-1), true),
  open: () => grid.focused && viewer.open(grid.focused),
  pause: () => arrivals.pause(!arrivals.isPaused),
  space: () => false,
  slideshow,
  captions: () => showCaptions(byId("captions").ariaPressed !== "true"),
  top: () => arrivals.show(),
  search: filters.showForm,
};
const IN_THE_VIEWER = {
  next: () => viewer.next(),
  back: () => viewer.back(),
  pause: () => viewer.play(!viewer.isPlaying),
  space: () => viewer.play(!viewer.isPlaying),
  slideshow: () => viewer.play(!viewer.isPlaying),
  close: () => viewer.close(),
};
const ANYWHERE = {
  hide: () => (aboutCurrent() ? hiding.hide(aboutCurrent()) : say("Choose an image first")),
  undo: pressNote,
  record: () => aboutCurrent() && openRecord(aboutCurrent().id),
  full: fullScreen,
  help: openHelp,
};

// Returns false where a key keeps the meaning that it has in the browser.
const act = (action) => {
  const panel = topmost();
  if (panel && panel.id !== "viewer") return action === "close" && (closePanel(panel), true);
  const actions = { ...(panel ? IN_THE_VIEWER : ON_THE_WALL), ...ANYWHERE };
  const result = actions[action]?.();
  return action in actions && result !== false && result !== null;
};

const look = () => {
  if (document.hidden) return;
  if (!topmost()) stream.shown(grid.passed);
};

const offer = async () => filters.offer(await selections() ?? {});

byId("slideshow").onclick = slideshow;
byId("captions").onclick = ON_THE_WALL.captions;
byId("captions-on").onchange = ({ target }) => showCaptions(target.checked);
byId("help-open").onclick = openHelp;
byId("help-close").onclick = () => closePanel(help);
byId("viewer-hide").onclick = ANYWHERE.hide;
byId("viewer-record").onclick = ANYWHERE.record;

showCaptions(lasting.recall("captions") !== "off");
filters.watch(restart);
listen(act);
setInterval(look, LOOK_MS);
setInterval(offer, FILTERS_MS);
supply.fill().then(offer);
