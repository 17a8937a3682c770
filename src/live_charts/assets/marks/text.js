// Words and numbers in the picture, where marks/text.py puts them.
import { pairs, short } from "../axes.js";
import { words } from "../words.js";

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales, mark: { digits?: number }) => import("../axes.js").Attributes[]} */
export function draw([xs, ys, numbers], scales, { digits }) {
  return pairs(xs, ys, scales).map(([x, y], i) => {
    if (isNaN(x + y)) return { visibility: "hidden" };
    /** @type {Record<string, string>} */
    const place = { x: short(x), y: short(y), visibility: "visible" };
    return numbers ? { ...place, said: words(numbers[i], digits) } : place;
  });
}
