// Strokes of a finger over an element: left, right, down, and a tap.

const FAR = 48;

export const onSwipe = (target, { left, right, down, tap }) => {
  const fingers = new Map();
  let isPinch = false;
  target.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse") return;
    fingers.set(event.pointerId, event);
    isPinch ||= fingers.size > 1;
  });
  const forget = (event) => {
    fingers.delete(event.pointerId);
    if (!fingers.size) isPinch = false;
  };
  target.addEventListener("pointercancel", forget);
  target.addEventListener("pointerup", (event) => {
    const begun = fingers.get(event.pointerId);
    const isOne = begun && !isPinch && (window.visualViewport?.scale ?? 1) < 1.05;
    forget(event);
    if (!isOne) return;
    const x = event.clientX - begun.clientX;
    const y = event.clientY - begun.clientY;
    if (Math.abs(x) > FAR && Math.abs(x) > 1.5 * Math.abs(y)) (x < 0 ? left : right)();
    else if (y > FAR * 1.5 && y > 1.5 * Math.abs(x)) down();
    else if (Math.hypot(x, y) < 10) tap();
  });
};
