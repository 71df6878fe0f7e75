// Where pictures stand: rows of one height each, filled to the edge. Numbers alone, no document.

// A tower or a panorama is cropped to this on the wall; the viewer shows it whole.
const NARROWEST = 0.5;
const WIDEST = 3.2;
// A row higher than this many targets stays unfilled: a lone portrait is not blown up.
const HIGHEST = 2;

export const aspectOf = ({ width, height }) =>
  width > 0 && height > 0 ? Math.min(WIDEST, Math.max(NARROWEST, width / height)) : 1;

const rowOf = (items, { width, target, gap }) => {
  const aspects = items.map(aspectOf);
  const room = width - gap * (items.length - 1);
  const filled = room / aspects.reduce((sum, aspect) => sum + aspect, 0);
  const height = Math.round(Math.min(filled, target * HIGHEST));
  const isFilled = height === Math.round(filled);
  let left = 0;
  const boxes = aspects.map((aspect, index) => {
    const box = { left, width: Math.round(aspect * height) };
    if (isFilled && index === items.length - 1) box.width = width - left;
    left += box.width + gap;
    return box;
  });
  return { items, boxes, height, isFilled };
};

const strain = (items, space) => Math.log(rowOf(items, space).height / space.target) ** 2;

// Breaks `items` into rows so that their heights are, all in all, as near to `space.target` as can
// be, and never changes the order. `space` is { width, target, gap } in CSS pixels; each row has
// its `items`, a `height`, for each item a box { left, width }, and whether they fill the width.
export const rowsOf = (items, space) => {
  const best = [{ cost: 0, start: 0 }];
  for (let end = 1; end <= items.length; end += 1) {
    best.push({ cost: Infinity, start: end - 1 });
    for (let start = end - 1; start >= 0; start -= 1) {
      const some = items.slice(start, end);
      const cost = best[start].cost + strain(some, space);
      if (cost < best[end].cost) best[end] = { cost, start };
      // Longer rows only get lower from here.
      if (rowOf(some, space).height < space.target / 2) break;
    }
  }
  const rows = [];
  for (let end = items.length; end > 0; end = best[end].start) {
    rows.unshift(rowOf(items.slice(best[end].start, end), space));
  }
  return rows;
};
