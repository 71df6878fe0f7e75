// What is pressed: "load more" buttons and the arrows of carousels, and never what submits a
// form or leads elsewhere.
const MAX_PRESSED = 5, MAX_ARROWS = 50, MAX_LABEL = 60, MAX_FRUITLESS = 2;
const BUTTONS = "button,a,[role=button],input[type=button],[onclick]";
const CAROUSELS = ".slick-slider,.splide,.glide,.flickity-enabled,.owl-carousel,.carousel,"
  + "[class*=carousel i],[class*=slider i],[class*=slideshow i],[aria-roledescription=carousel i]";
const ARROWS = ".slick-next,.splide__arrow--next,[data-glide-dir='>'],[data-bs-slide=next],"
  + "[data-slide=next],[class*=next i],[aria-label*=next i],[title*=next i]";
const DOTS = ".slick-dots button,.splide__pagination__page,.glide__bullet,.owl-dot,[data-slide-to],"
  + "[data-bs-slide-to],[role=tab],[class*=dot i],[class*=bullet i],[class*=indicator i],"
  + "[aria-label*=slide i]";

const label = (element) => text(element.innerText) || text(element.value)
  || text(element.getAttribute("aria-label")) || text(element.title);
const looksPressable = (element) =>
  element.matches(BUTTONS) || viewOf(element).getComputedStyle(element).cursor === "pointer";
const isOff = (element) => element.disabled || element.getAttribute("aria-disabled") === "true"
  || /(?:^|[\s-])disabled(?:\s|$)/.test(element.getAttribute("class"));
const isHarmless = (element) => {
  if (element.closest("form") && /^(?:submit|image|reset)$/.test(element.type)) return false;
  const link = element.closest("a[href]");
  if (!link) return true;
  const href = link.getAttribute("href").trim();
  return href === "" || href.startsWith("#") || /^javascript:/i.test(href);
};
const canPress = (element) => looksPressable(element) && !isOff(element) && isHarmless(element)
  && isVisible(element);

// What a press would set off beyond the page's own drawing is held back while it lasts.
const press = (element) => {
  const view = viewOf(element), form = view.HTMLFormElement.prototype;
  const { open } = view, { submit, requestSubmit } = form;
  const stop = (event) => event.preventDefault();
  view.open = () => null;
  form.submit = form.requestSubmit = () => {};
  view.addEventListener("submit", stop, true);
  try {
    element.click();
  } finally {
    view.open = open;
    Object.assign(form, { submit, requestSubmit });
    view.removeEventListener("submit", stop, true);
  }
};

const isMore = (element) => {
  const says = label(element);
  if (says.length > MAX_LABEL || OTHER_LABELS.test(says)) return false;
  if (MORE_LABELS.test(says)) return true;
  const names = `${element.id} ${element.getAttribute("class")} ${element.getAttribute("data-action")}`;
  return MORE_NAMES.test(names) && !element.querySelector("button,a,img");
};
// A button that gave nothing twice is left alone: it may open and close a text.
const pressMore = (all, fruitful) => {
  const pressed = all
    .flatMap((root) => [...root.querySelectorAll(`${BUTTONS},[class*=more i],[id*=more i]`)])
    .filter((element) => isMore(element) && canPress(element)
      && (memory.pressed.get(element) ?? 0) < MAX_FRUITLESS)
    .slice(0, MAX_PRESSED);
  for (const element of pressed) {
    memory.pressed.set(element, fruitful ? 0 : (memory.pressed.get(element) ?? 0) + 1);
    element.scrollIntoView({ block: "center", behavior: "instant" });
    press(element);
  }
  return pressed.length;
};

// Swiper puts its object on the element; others are advanced by their arrows.
const swipers = (all) => all
  .flatMap((root) => [...root.querySelectorAll(".swiper,.swiper-container")])
  .map((element) => element.swiper).filter((swiper) => swiper && !swiper.destroyed);
const advance = (all) => {
  const moving = swipers(all).filter((swiper) => !swiper.isEnd || swiper.params.loop);
  for (const swiper of moving) swiper.slideNext(0);
  const areas = all.flatMap((root) => [...root.querySelectorAll(CAROUSELS)]);
  const pressed = [...new Set(areas.flatMap(movers))].slice(0, MAX_ARROWS);
  for (const element of pressed) press(element);
  return moving.length + pressed.length;
};
// The arrows of a carousel; one that has none is moved by its dots, each once.
const movers = (area) => {
  const within = (selector) => [...area.querySelectorAll(selector)]
    .filter((element) => canPress(element) && !element.querySelector("img"));
  const arrows = within(ARROWS);
  if (arrows.length) return arrows;
  const dots = within(DOTS).filter((dot) => !memory.pressed.has(dot)).slice(0, 1);
  for (const dot of dots) memory.pressed.set(dot, 0);
  return dots;
};
