// A vertical line across the chart, as marks/rule.py draws it.
import { short } from "../axes.js";

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales) => import("../axes.js").Attributes[]} */
export function draw([[value]], { x, axes: { plot: [, , bottom, top] } }) {
  const at = x(value);
  return [{ d: isNaN(at) ? "" : `M${short(at)},${bottom}V${top}` }];
}
