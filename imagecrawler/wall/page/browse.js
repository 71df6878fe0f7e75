// All images of the store, a page at a time: only that page is ever in the document, however many
// there are. The address has the place, so that going back and sending it on work.

import { byId, element } from "./dom.js";
import * as filters from "./filters.js";
import { closePanel, topmost } from "./overlay.js";
import { openRecord } from "./record.js";
import { browse, selections } from "./server.js";
import { pictureOf, sourceOf, titleOf } from "./tile.js";
import { age, count } from "./words.js";

const LIMIT = 100;

let round = 0;

const place = () => {
  const given = new URLSearchParams(location.search);
  return { cursor: given.get("cursor") ?? "", order: given.get("order") ?? "newest" };
};

const entry = (image) => element(
  "li",
  {},
  element(
    "button",
    { type: "button", className: "entry", onclick: () => open(image.id) },
    element("span", { className: "thumb" }, image.src ? pictureOf(image, "96px", { alt: "", loading: "lazy" }) : "no file"),
    element(
      "span",
      {},
      element("b", {}, titleOf(image)),
      element("small", {}, [sourceOf(image), age(new Date(image.since), new Date())].filter(Boolean).join(" · ")),
      element("small", {}, [image.width && `${image.width} × ${image.height}`, image.format, image.class].filter(Boolean).join(" · ")),
      element("small", {}, image.tags.join(", ")),
    ),
  ),
);

const load = async () => {
  round += 1;
  const mine = round;
  const list = byId("list");
  list.ariaBusy = "true";
  const answer = await browse({ ...filters.chosen(), ...place(), limit: LIMIT });
  if (mine !== round) return;
  list.ariaBusy = "false";
  list.replaceChildren(...(answer?.images ?? []).map(entry));
  tell(answer);
};

const tell = (answer) => {
  byId("range").textContent = rangeOf(answer);
  // In the order of the list, which is turned around at its oldest end.
  const isTurned = place().order === "oldest";
  const [newer, older] = isTurned ? [answer?.next, answer?.previous] : [answer?.previous, answer?.next];
  byId("previous").onclick = () => go({ cursor: newer });
  byId("following").onclick = () => go({ cursor: older });
  byId("previous").disabled = byId("first").disabled = !newer;
  byId("following").disabled = byId("last").disabled = !older;
};

const rangeOf = (answer) => {
  if (!answer) return "The server does not answer.";
  if (!answer.images.length) return filters.areSet() ? "No image is like that." : "There are no images yet.";
  const total = filters.areSet() ? `of ${count(answer.total)} before filtering` : `of ${count(answer.total)}`;
  return `${count(answer.images.length)} ${total}`;
};

// Changes the address and shows what it says. `order` stays where it is not given.
const go = ({ cursor = "", order = place().order } = {}) => {
  const given = filters.inAddress();
  for (const [name, value] of Object.entries({ cursor, order: order === "newest" ? "" : order })) {
    if (value) given.set(name, value);
    else given.delete(name);
  }
  history.pushState(null, "", given.size ? `?${given}` : location.pathname);
  load();
  scrollTo({ top: 0, behavior: "instant" });
  byId("list").focus({ preventScroll: true });
};

const open = (id) => {
  setId(id);
  openRecord(id, { onClose: () => setId("") });
};

const setId = (id) => {
  const given = new URLSearchParams(location.search);
  if (id) given.set("id", id);
  else given.delete("id");
  history.replaceState(null, "", given.size ? `?${given}` : location.pathname);
};

byId("first").onclick = () => go({ order: "newest" });
byId("last").onclick = () => go({ order: "oldest" });
filters.watch(() => go());
addEventListener("popstate", load);
addEventListener("keydown", ({ key }) => key === "Escape" && topmost() && closePanel(topmost()));
await load();
filters.offer(await selections() ?? {});
const asked = new URLSearchParams(location.search).get("id");
if (asked) open(asked);
