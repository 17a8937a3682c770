// Draws a mark of a chart: the same paths that drawing.py writes.

/**
 * @typedef {object} Axes
 * @property {[number, number]} xlim the ends of the horizontal axis
 * @property {[number, number]} ylim the ends of the vertical axis
 * @property {boolean} log whether the vertical axis is logarithmic
 * @property {[number, number, number, number]} plot left, right, bottom and top of the frame
 * @property {number} radius of a point
 */
/** @typedef {(number | null)[]} Values null where there is no finite number */

/** @type {(value: number) => string} */
const short = (value) => String(Math.round(value * 100) / 100);

/**
 * @param {string} kind
 * @param {Values[]} values
 * @param {Axes} axes
 */
export function path(kind, [xs, ys, to], { xlim, ylim, log, plot, radius: r }) {
  const [left, right, bottom, top] = plot;
  /** @type {(value: number | null) => number} */
  const scale = (value) => (value === null || (log && value <= 0) ? NaN : log ? Math.log10(value) : value);
  /** @type {(value: number | null) => number} */
  const x = (value) => left + ((Number(value) - xlim[0]) / (xlim[1] - xlim[0])) * (right - left);
  /** @type {(value: number | null) => number} */
  const y = (value) => bottom - ((scale(value) - scale(ylim[0])) / (scale(ylim[1]) - scale(ylim[0]))) * (bottom - top);
  if (kind === "rule") return `M${short(x(xs[0]))},${bottom}V${top}`;
  let drawn = "", pen = "M";
  xs.forEach((value, i) => {
    const at = [x(value), y(ys[i])];
    if (!Number.isFinite(at[1])) {
      pen = "M";
      return;
    }
    // Far outside the frame, browsers lose precision: draw no further than that.
    const [across, up] = [at[0], Math.max(-1e5, Math.min(1e5, at[1]))];
    if (kind === "line") drawn += `${pen}${short(across)},${short(up)}`;
    if (kind === "points") {
      drawn += `M${short(across - r)},${short(up)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`;
    }
    if (kind === "segments" && Number.isFinite(y(to[i]))) drawn += `M${short(across)},${short(up)}V${short(y(to[i]))}`;
    pen = "L";
  });
  return drawn;
}
