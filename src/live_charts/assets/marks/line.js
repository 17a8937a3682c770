// A line, as marks/line.py draws it.
import { pairs, short } from "../axes.js";

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales) => import("../axes.js").Attributes[]} */
export function draw([xs, ys], scales) {
  let d = "", pen = "M";
  for (const [x, y] of pairs(xs, ys, scales)) {
    if (isNaN(x + y)) pen = "M";
    else {
      d += `${pen}${short(x)},${short(y)}`;
      pen = "L";
    }
  }
  return [{ d }];
}
