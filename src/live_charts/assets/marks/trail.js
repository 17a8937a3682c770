// A point that leaves a trail. Unlike all other marks it remembers: the places where it has stood, in the mark itself.
import { short } from "../axes.js";

const r = 5;

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales, mark: { past?: string[] }) => import("../axes.js").Attributes[]} */
export function draw([[x], [y]], scales, mark) {
  const across = scales.x(x), up = scales.y(y), past = mark.past ??= [];
  const here = `${short(across)},${short(up)}`;
  if (isNaN(across + up)) return [{ d: "" }, { d: "" }];
  if (past.at(-1) !== here) past.push(here);
  const disc = `M${short(across - r)},${short(up)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
  return [{ d: past.length > 1 ? `M${past.join("L")}` : "" }, { d: disc }];
}

/** @type {(mark: { past?: string[] }) => void} */
export function forget(mark) {
  mark.past = [];
}
