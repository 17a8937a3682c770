// Arrows, as marks/arrows.py draws them.
import { pairs, short } from "../axes.js";

const HEAD = 9;

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales) => import("../axes.js").Attributes[]} */
export function draw([xs, ys, toXs, toYs], scales) {
  const tails = pairs(xs, ys, scales), heads = pairs(toXs, toYs, scales);
  let d = "";
  tails.forEach(([left, up], i) => {
    const [right, down] = heads[i], across = right - left, along = down - up, length = Math.hypot(across, along);
    if (!(length > 0)) return; // it has no direction, or an end without a place
    const size = Math.min(HEAD, length / 2) / length, tip = `${short(right)},${short(down)}`;
    const [one, other] = [1, -1].map((side) =>
      `${short(right - size * (across + side * along / 2))},${short(down - size * (along - side * across / 2))}`
    );
    d += `M${short(left)},${short(up)}L${tip}M${one}L${tip}L${other}`;
  });
  return [{ d }];
}
