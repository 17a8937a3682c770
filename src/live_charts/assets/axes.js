// Where in the picture a value lies, as axes.py has it, and which value lies at a place.

/**
 * @typedef {object} Axes
 * @property {[number, number]} xlim the ends of the horizontal axis
 * @property {[number, number]} ylim the ends of the vertical axis
 * @property {boolean} log whether the vertical axis is logarithmic
 * @property {[number, number, number, number]} plot left, right, bottom and top of the frame
 * @property {number} far how far out marks are drawn
 * @property {string} xlabel
 * @property {string} ylabel
 * @property {string[]} [xnames]
 * @property {string[]} [ynames]
 */
/** @typedef {number | null} Value null where there is no finite number */
/** @typedef {Value[]} Values */
/** @typedef {Record<string, string>} Attributes */
/** @typedef {{ x: (value: Value) => number, y: (value: Value) => number, axes: Axes }} Scales */

/** @type {(axes: Axes) => Scales} */
export function scales(axes) {
  const { xlim, ylim, log, far, plot: [left, right, bottom, top] } = axes;
  /** @type {(place: number) => number} */
  const near = (place) => Number.isFinite(place) ? Math.max(-far, Math.min(far, place)) : NaN;
  /** @type {(value: number) => number} */
  const lift = log ? Math.log10 : (value) => value;
  const [low, high] = ylim.map(lift);
  return {
    axes,
    x: (value) => near(left + (((value ?? NaN) - xlim[0]) / (xlim[1] - xlim[0])) * (right - left)),
    y: (value) => near(bottom - ((lift(value ?? NaN) - low) / (high - low)) * (bottom - top)),
  };
}

/** @type {(axes: Axes, at: { x: number, y: number }) => [number, number]} */
export function valuesAt({ xlim, ylim, log, plot: [left, right, bottom, top] }, at) {
  const across = (at.x - left) / (right - left), up = (bottom - at.y) / (bottom - top);
  return [
    xlim[0] + across * (xlim[1] - xlim[0]),
    log ? ylim[0] * (ylim[1] / ylim[0]) ** up : ylim[0] + up * (ylim[1] - ylim[0]),
  ];
}

/** @type {(value: number) => string} */
export const short = (value) => String(Math.round(value * 100) / 100);

/** @type {(xs: Values, ys: Values, scales: Scales) => [number, number][]} */
export const pairs = (xs, ys, { x, y }) => xs.map((value, i) => [x(value), y(ys[i])]);
