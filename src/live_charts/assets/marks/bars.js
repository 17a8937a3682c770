// Bars, as marks/bars.py draws them.
import { short } from "../axes.js";

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales, mark: { width: number }) => import("../axes.js").Attributes[]} */
export function draw([xs, heights], { x, y, axes }, { width }) {
  const floor = short(y(axes.log ? axes.ylim[0] : 0));
  let d = "";
  xs.forEach((value, i) => {
    const left = x((value ?? NaN) - width / 2), right = x((value ?? NaN) + width / 2), top = y(heights[i]);
    if (!isNaN(left + right + top)) d += `M${short(left)},${floor}V${short(top)}H${short(right)}V${floor}Z`;
  });
  return [{ d }];
}
