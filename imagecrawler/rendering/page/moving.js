// What moves: the page and all that scrolls in it, and the signs of a person.
const BOXES = "div,ul,ol,main,section,article,aside,nav,body,table,[tabindex]";
const isVisible = (element) => {
  const { width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && element.checkVisibility({ checkVisibilityCSS: true });
};
const isScroller = (element) => {
  const deep = element.scrollHeight > element.clientHeight + 8 && element.clientHeight > 50;
  const wide = element.scrollWidth > element.clientWidth + 8 && element.clientWidth > 50;
  if (!(deep || wide)) return false;
  const { overflowX, overflowY } = viewOf(element).getComputedStyle(element);
  return /auto|scroll/.test((deep ? overflowY : "") + (wide ? overflowX : ""));
};
const scrollers = (all) => all.flatMap((root) => {
  const whole = root.scrollingElement;
  const inner = [...root.querySelectorAll(BOXES)].filter((e) => e !== whole && isScroller(e));
  return whole ? [whole, ...inner] : inner;
});
const height = (moving) => moving.reduce((sum, e) => sum + e.scrollHeight + e.scrollWidth, 0);

// Moves an element by so many views of its own, and tells whether it moved.
const scroll = (element, views) => {
  const { scrollTop, scrollLeft, clientHeight, clientWidth } = element;
  element.scrollTo({
    top: scrollTop + views * clientHeight * 0.9,
    left: scrollLeft + views * clientWidth * 0.9,
    behavior: "instant",
  });
  return Math.abs(element.scrollTop - scrollTop) > 1 || Math.abs(element.scrollLeft - scrollLeft) > 1;
};

// Some pages run their scripts, or show more, only when a person seems to be there.
const stir = () => {
  const at = { bubbles: true, clientX: innerWidth / 2, clientY: innerHeight / 2 };
  const target = document.elementFromPoint(at.clientX, at.clientY) ?? document.documentElement;
  for (const type of ["mousemove", "mouseover"]) target.dispatchEvent(new MouseEvent(type, at));
  target.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: innerHeight }));
};
