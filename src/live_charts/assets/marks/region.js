// A shaded region, as marks/region.py draws it.
import { pairs, short } from "../axes.js";

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales) => import("../axes.js").Attributes[]} */
export function draw([xs, edge, other], scales) {
  const corners = [...pairs(xs, edge, scales), ...(other ? pairs(xs, other, scales).reverse() : [])];
  const d = corners.filter(([x, y]) => !isNaN(x + y)).map(([x, y]) => `${short(x)},${short(y)}`).join("L");
  return [{ d: d && `M${d}Z` }];
}
