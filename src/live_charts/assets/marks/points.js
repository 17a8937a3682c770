// Points, as marks/points.py draws them.
import { pairs, short } from "../axes.js";

const r = 4;

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales) => import("../axes.js").Attributes[]} */
export function draw([xs, ys], scales) {
  let d = "";
  for (const [x, y] of pairs(xs, ys, scales)) {
    if (!isNaN(x + y)) d += `M${short(x - r)},${short(y)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
  }
  return [{ d }];
}
