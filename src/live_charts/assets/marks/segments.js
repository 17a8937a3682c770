// Vertical segments, as marks/segments.py draws them.
import { short } from "../axes.js";

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales) => import("../axes.js").Attributes[]} */
export function draw([xs, ys, to], { x, y }) {
  let d = "";
  xs.forEach((value, i) => {
    const across = x(value), up = y(ys[i]), end = y(to[i]);
    if (!isNaN(across + up + end)) d += `M${short(across)},${short(up)}V${short(end)}`;
  });
  return [{ d }];
}
