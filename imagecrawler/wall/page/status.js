// What the store has, what is left and what failed, counted anew every few seconds.

import { byId, element, outwardLink } from "./dom.js";
import { status } from "./server.js";
import { age, bytes, count, plural } from "./words.js";

const EVERY_MS = 4000;
const ROWS = 20;

const card = (title, ...parts) =>
  element("section", { className: "card" }, element("h2", {}, title), ...parts);

const big = (number, words) => [element("p", { className: "big" }, count(number)), element("p", {}, words)];

const facts = (pairs) => element("dl", {}, ...Object.entries(pairs).map(([name, value]) =>
  element("div", {}, element("dt", {}, name), element("dd", {}, String(value)))));

const bar = (share, className = "bar") => {
  const filled = element("i");
  filled.style.width = `${Math.min(100, Math.max(share > 0 ? 1 : 0, share * 100))}%`;
  return element("div", { className }, filled);
};

const queue = ({ pages, rates }) => card(
  "Queue",
  ...big(pages.queued, `${pages.queued === 1 ? "page" : "pages"} to visit`),
  facts({
    "Pages visited": count(pages.visited),
    "Pages failed": count(total(pages.failed)),
    "Pages waiting for another try": count(pages.retries.count),
    "Pages a minute": rate(rates?.pages_per_minute),
  }),
);

const images = ({ images: { visited, wanted, near_duplicates, retries }, rates }) => card(
  "Images",
  ...big(visited, `${visited === 1 ? "image" : "images"} known`),
  facts({
    "Wanted, not yet here": count(wanted),
    "Waiting for another try": count(retries.count),
    "Looks like another": count(near_duplicates),
    "Images a minute": rate(rates?.images_per_minute),
  }),
);

const files = ({ images: { widths } }) => card("Files", ...Object.entries(widths).flatMap(([name, { downloaded, left }]) => [
  element("p", {}, `${name === "original" ? "Originals" : `${name} px wide`}: ${count(downloaded)}${left ? `, ${count(left)} to come` : ""}`),
  bar(downloaded / (downloaded + left || 1)),
]));

const disk = ({ disk: { total: size, free, index } }) => card(
  "Disk",
  element("p", { className: "big" }, bytes(free)),
  element("p", {}, `free of ${bytes(size)}`),
  bar(1 - free / size, free / size < 0.05 ? "bar bad" : "bar"),
  facts({ "Index of this wall": bytes(index) }),
);

const wall = ({ wall: { viewers, unseen, hidden }, index }) => card(
  "Wall",
  ...big(viewers, `${viewers === 1 ? "viewer" : "viewers"} now`),
  facts({
    "Unseen images left for the neediest": unseen === null ? "–" : count(unseen),
    "Hidden, not dropped yet": count(hidden),
    "Images in the index": count(index.images),
    "Index": index.complete ? "complete" : `being made, ${plural(index.folders_left, "folder", "folders")} left`,
  }),
);

const failures = ({ failures: all }) => {
  const most = Math.max(1, ...all.map((each) => each.count));
  const rows = all.slice(0, ROWS).map(({ what, reason, count: number, retried, example }) => element(
    "li",
    {},
    element("span", {}, element("b", {}, `${reason} (${what})`), `${count(number)}${retried ? `, ${count(retried)} tried again` : ""}`),
    example ? element("small", { title: example }, outwardLink(example, example)) : "",
    bar(number / most, "bar bad"),
  ));
  return card("Failures by reason", rows.length ? element("ul", { className: "bars" }, ...rows) : element("p", { className: "none" }, "None."));
};

const hosts = ({ hosts: all }) => {
  const head = element("tr", {}, ...["Host", "Images", "Queue"].map((name) => element("th", { scope: "col" }, name)));
  const rows = all.slice(0, ROWS).map(({ host, images: number, queued }) =>
    element("tr", {}, element("td", {}, host), element("td", {}, count(number)), element("td", {}, count(queued))));
  const more = all.length > ROWS ? element("p", { className: "none" }, `and ${plural(all.length - ROWS, "more host", "more hosts")}`) : "";
  const table = rows.length ? element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)) : element("p", { className: "none" }, "None yet.");
  return card("Hosts", table, more);
};

const troubles = { slow: "does not answer", dead: "has not answered for a day" };

const sources = ({ sources: all }) => {
  const rows = all.map(({ name, url, health, reason, answered, news_per_hour, gaps, announced }) => element(
    "li",
    {},
    element("span", {}, element("b", {}, outwardLink(url, name)), Number.isFinite(news_per_hour) ? `${rate(news_per_hour)} new an hour` : "–"),
    element("small", {}, [
      answered ? `answered ${age(new Date(answered), new Date())}` : "no answer yet",
      gaps ? plural(gaps, "gap to fill", "gaps to fill") : "",
      announced ? "announced by a hub" : "",
      troubles[health] ? `${troubles[health]}: ${reason}` : "",
    ].filter(Boolean).join(" · ")),
  ));
  return card("Sources", element("ul", { className: "bars" }, ...rows));
};

const lastRun = ({ last_run: run }) => card("Last run", facts({
  Spider: run.spider,
  Ended: [run.reason, age(new Date(run.finished), new Date())].filter(Boolean).join(", "),
  Took: plural(Math.round(run.seconds), "second", "seconds"),
  Requests: count(run.requests),
  Downloaded: bytes(run.bytes_downloaded),
  Written: bytes(run.bytes_written),
}));

const total = (counts) => Object.values(counts).reduce((sum, each) => sum + each, 0);
const rate = (number) => (Number.isFinite(number) ? count(Math.round(number * 10) / 10) : "–");

const isKnown = (value) => value && (Array.isArray(value) || Object.keys(value).length > 0);

const CARDS = [
  ["pages", queue], ["images", images], ["images", files], ["disk", disk], ["wall", wall],
  ["failures", failures], ["hosts", hosts], ["sources", sources], ["last_run", lastRun],
];

const stateOf = (now) => {
  if (!now) return "The server does not answer. Trying again …";
  const doing = { true: "a crawl is running", false: "no crawl is running" }[now.in_use];
  return [`Store ${now.store}`, doing, now.images ? "" : "counting …"].filter(Boolean).join(" · ");
};

const show = async () => {
  if (document.hidden) return;
  const now = await status();
  byId("state").textContent = stateOf(now);
  if (now) byId("cards").replaceChildren(...CARDS.filter(([name]) => isKnown(now[name])).map(([, make]) => make(now)));
};

document.addEventListener("visibilitychange", show);
setInterval(show, EVERY_MS);
show();
