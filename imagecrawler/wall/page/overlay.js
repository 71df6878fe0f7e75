// Panels over the page: the focus stays in the open one, Escape closes it, and then the focus is
// where it was. Not <dialog>: what is modal there lies over a full screen's top layer or under it,
// by browser, and hides notices.

const open = [];

const others = (panel) =>
  [...document.body.children].filter((each) => each !== panel && !each.classList.contains("notices"));

export const isOpen = (panel) => open.some((each) => each.panel === panel);
export const topmost = () => open.at(-1)?.panel ?? null;

export const openPanel = (panel, { focus = panel, onClose = () => {} } = {}) => {
  if (isOpen(panel)) return;
  const shut = others(panel).filter((each) => !each.inert);
  open.push({ panel, shut, onClose, before: document.activeElement });
  for (const each of shut) each.inert = true;
  panel.hidden = false;
  document.documentElement.classList.add("covered");
  focus.focus();
};

export const closePanel = (panel) => {
  const at = open.findIndex((each) => each.panel === panel);
  if (at < 0) return;
  const [{ shut, onClose, before }] = open.splice(at, 1);
  panel.hidden = true;
  for (const each of shut) each.inert = false;
  document.documentElement.classList.toggle("covered", open.length > 0);
  before?.focus({ preventScroll: true });
  onClose();
};
