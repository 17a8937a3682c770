// A grid of cells, as marks/image.py draws it: one path for each shade.
import { short } from "../axes.js";

/**
 * @typedef {object} Image
 * @property {[number, number]} shape rows and columns
 * @property {[number, number]} xlim
 * @property {[number, number]} ylim
 * @property {[number, number]} vlim the values of the first shade and of the last
 * @property {boolean} log
 * @property {number} levels how many shades there are
 */

/** @type {(ends: [number, number], cells: number) => number[]} */
const edges = ([low, high], cells) => Array.from({ length: cells + 1 }, (_, i) => low + (high - low) * i / cells);

/** @type {(image: Image) => (value: number | null) => number} */
function shades({ vlim, log, levels }) {
  const lift = log ? Math.log : (/** @type {number} */ value) => value;
  const [low, high] = vlim.map(lift);
  return (value) => {
    const lifted = log && value !== null && value <= 0 ? -Infinity : lift(value ?? NaN);
    return Math.floor(Math.max(0, Math.min(levels - 1, (lifted - low) / (high - low) * levels)));
  };
}

/** @type {(values: import("../axes.js").Values[], scales: import("../axes.js").Scales, image: Image) => import("../axes.js").Attributes[]} */
export function draw([values], { x, y }, image) {
  const [rows, columns] = image.shape, level = shades(image);
  const xs = edges(image.xlim, columns).map((value) => short(x(value)));
  const ys = edges(image.ylim, rows).map((value) => short(y(value)));
  const drawn = Array.from({ length: image.levels }, () => ({ d: "" }));
  for (let row = 0; row < rows; row++) {
    if (isNaN(Number(ys[row]) + Number(ys[row + 1]))) continue; // it begins at 0 or below, on a logarithmic axis
    let first = 0, shade = level(values[row * columns]);
    for (let column = 1; column <= columns; column++) {
      const next = column < columns ? level(values[row * columns + column]) : -1;
      if (next === shade || (isNaN(next) && isNaN(shade))) continue;
      if (!isNaN(shade)) drawn[shade].d += `M${xs[first]},${ys[row]}H${xs[column]}V${ys[row + 1]}H${xs[first]}Z`;
      [first, shade] = [column, next];
    }
  }
  return drawn;
}
