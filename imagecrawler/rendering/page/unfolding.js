// What keeps pictures behind a press: folds, tabs, and lists that turn their pages in place.
const MAX_TABS = 20;
const TABS = "[role=tab],[data-bs-toggle=tab],[data-bs-toggle=pill],[data-toggle=tab],[data-toggle=pill]";
const TAB_LISTS = "[role=tablist],ul,ol,nav,menu";
const PAGERS = "nav,[role=navigation],[class*=paginat i],[class*=pager i]";

const isChosen = (tab) => tab.getAttribute("aria-selected") === "true"
  || /(?:^|\s)active(?:\s|$)/.test(tab.getAttribute("class"));
const isNew = (element) => !memory.pressed.has(element);
const everywhere = (all, selector) => all.flatMap((root) => [...root.querySelectorAll(selector)]);
const firstOfEach = (elements, groupOf) =>
  [...new Map([...elements].reverse().map((element) => [groupOf(element), element])).values()];

const folds = (all) => everywhere(all, "details:not([open])").filter(isNew);
// A tab of each list of tabs: the next is pressed when it has been seen what this one shows.
const tabs = (all) => firstOfEach(
  everywhere(all, TABS).slice(0, MAX_TABS)
    .filter((tab) => isNew(tab) && !isChosen(tab) && canPress(tab)
      && !OTHER_LABELS.test(label(tab)) && !tab.closest(CAROUSELS)),
  (tab) => tab.closest(TAB_LISTS) ?? tab.parentElement,
);
// Links to further pages are followed by whoever looks, not here.
const pageTurners = (all) => firstOfEach(
  everywhere(all, PAGERS).filter((area) => !area.closest(CAROUSELS))
    .flatMap((area) => [...area.querySelectorAll(ARROWS)])
    .filter((element) => canPress(element) && (memory.pressed.get(element) ?? 0) < MAX_FRUITLESS),
  (element) => element.closest(PAGERS),
);
const folded = (all) => [...folds(all), ...tabs(all), ...pageTurners(all)].length;
const unfold = (all, fruitful) => {
  for (const tab of everywhere(all, TABS).filter(isNew).filter(isChosen)) memory.pressed.set(tab, 0);
  const opened = folds(all), pressed = [...tabs(all), ...pageTurners(all)];
  for (const fold of opened) fold.open = true;
  for (const element of [...opened, ...pressed]) {
    memory.pressed.set(element, fruitful ? 0 : (memory.pressed.get(element) ?? 0) + 1);
  }
  for (const element of pressed) press(element);
  return opened.length + pressed.length;
};
