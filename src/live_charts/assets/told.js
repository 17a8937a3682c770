// What a chart says of one datum, or of one cell of an image, when a reader points at it, taps it or goes to it by the
// arrow keys.
import { scales, short } from "./axes.js";
import { element } from "./element.js";
import { words } from "./words.js";

/** @typedef {{ x: number, y: number, id: number, said: () => string }} Datum its place in the picture, which of all it is, and what is said of it */
/** @typedef {import("./live-charts.js").Mark} Mark */

const NEAR = 24; // units of the picture

/** @type {(mark: Mark) => boolean} */
export const isTold = (mark) => mark.kind === "image" || (mark.kind === "points" && mark.names !== undefined);

/**
 * @param {Mark} mark
 * @param {import("./axes.js").Values[]} values
 * @param {import("./axes.js").Axes} axes
 * @returns {Datum[]}
 */
export function dataOf(mark, values, axes) {
  const { x, y } = scales(axes), { xlabel, ylabel, xnames, ynames } = axes;
  /** @type {(names: string[] | undefined, value: number | null) => string} */
  const say = (names, value) => names?.[Math.round(Number(value))] ?? words(value);
  if (mark.kind === "points") {
    return values[0].map((value, i) => ({
      x: x(value),
      y: y(values[1][i]),
      id: i,
      said: () => `${mark.names?.[i]}: ${xlabel} ${say(xnames, value)}, ${ylabel} ${say(ynames, values[1][i])}`,
    }));
  }
  const [rows, columns] = mark.shape, [{ xlim, ylim }, [cells]] = [mark, values];
  return cells.map((value, i) => {
    const across = xlim[0] + (xlim[1] - xlim[0]) * (i % columns + 0.5) / columns;
    const up = ylim[0] + (ylim[1] - ylim[0]) * (Math.floor(i / columns) + 0.5) / rows;
    const said = () =>
      `${xlabel} ${say(xnames, across)}, ${ylabel} ${say(ynames, up)}: ${mark.label ?? ""} ${say(mark.names, value)}`
        .replace(
          / +/g,
          " ",
        );
    return { x: isNaN(value ?? NaN) ? NaN : x(across), y: y(up), id: i, said };
  });
}

/**
 * @param {HTMLElement} plot
 * @param {SVGSVGElement} hand the drawing that lies on the picture
 * @param {Mark[]} marks those that are told
 * @param {import("./axes.js").Axes} axes
 * @returns {(values: import("./axes.js").Values[][]) => void} to be called with the values of each whenever they change
 */
export function tell(plot, hand, marks, axes) {
  const hint = marks.some((mark) => mark.kind === "points")
    ? "Point at one, tap it, or use the arrow keys, and its name stands here."
    : "Point at a place, tap it, or use the arrow keys, and its value stands here.";
  const told = element("p", { class: "live__told" }, hint);
  const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  for (const [name, value] of Object.entries({ class: "live__ring", r: "9", visibility: "hidden" })) {
    ring.setAttribute(name, value);
  }
  const walk = document.createElementNS("http://www.w3.org/2000/svg", "g");
  walk.append(ring);
  hand.prepend(walk);
  /** @type {Datum[]} */
  let data = [];
  const [left, right, bottom, top] = axes.plot;
  let at = -1, asked = false;
  /** @type {(() => void) | null} */
  let later = null; // what changed while nobody asked is looked at when somebody does
  const catchUp = () => {
    later?.();
    later = null;
  };

  /** @param {boolean} aloud whether it is read out, where the focus does not say it anyway */
  const show = (aloud) => {
    const datum = data[at];
    walk.setAttribute("aria-valuenow", String(at + 1));
    walk.setAttribute("aria-valuemin", "1");
    walk.setAttribute("aria-valuemax", String(data.length));
    walk.setAttribute("aria-valuetext", datum && asked ? datum.said() : hint);
    ring.setAttribute("visibility", datum && asked ? "visible" : "hidden");
    if (!datum || !asked) {
      told.textContent = hint;
      return;
    }
    told.setAttribute("aria-live", aloud ? "polite" : "off");
    told.textContent = datum.said();
    ring.setAttribute("cx", short(datum.x));
    ring.setAttribute("cy", short(datum.y));
  };

  /** @param {PointerEvent} event */
  const ask = (event) => {
    const matrix = hand.getScreenCTM();
    if (!matrix || (event.target instanceof Element && event.target.closest(".live__handle"))) return;
    const here = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    if (here.x < left || here.x > right || here.y < top || here.y > bottom) return;
    catchUp();
    let found = -1, least = marks.some((mark) => mark.kind === "image") ? Infinity : NEAR ** 2;
    data.forEach((datum, i) => {
      const distance = (datum.x - here.x) ** 2 + (datum.y - here.y) ** 2;
      if (distance < least) [found, least] = [i, distance];
    });
    if (found < 0 || (found === at && asked)) return;
    [at, asked] = [found, true];
    show(true);
  };
  plot.addEventListener("pointermove", ask);
  plot.addEventListener("pointerdown", ask);

  for (
    const [name, value] of Object.entries({
      role: "slider",
      tabindex: "0",
      class: "live__walk",
      "aria-label": "What the chart shows",
    })
  ) {
    walk.setAttribute(name, value);
  }
  /**
   * The nearest datum in a direction; one that lies far to the side is not in it.
   * @param {number} across
   * @param {number} up
   */
  const beyond = (across, up) => {
    const from = data[at];
    let found = at, least = Infinity;
    data.forEach((datum, i) => {
      const ahead = (datum.x - from.x) * across - (datum.y - from.y) * up;
      const aside = Math.abs((datum.x - from.x) * up) + Math.abs((datum.y - from.y) * across);
      const cost = ahead + 2 * aside;
      if (ahead > 1e-6 && aside <= 2 * ahead && cost < least) [found, least] = [i, cost];
    });
    return found;
  };
  walk.addEventListener("keydown", (event) => {
    catchUp();
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const end = { Home: 0, End: data.length - 1 }[event.key];
    if ((!way && end === undefined) || event.ctrlKey || event.altKey || event.metaKey || !data.length) return;
    event.preventDefault();
    if (end !== undefined) at = end;
    else if (asked && way) at = beyond(way[0], way[1]);
    asked = true;
    show(false);
  });
  walk.addEventListener("focus", () => {
    catchUp();
    if (!walk.matches(":focus-visible")) return;
    asked = true;
    show(false);
  });
  plot.after(told);

  /** @param {import("./axes.js").Values[][]} values */
  const look = (values) => {
    const before = data[at]?.id;
    let first = 0; // of the ids of a mark's data, which no other's are
    data = marks.flatMap((mark, i) => {
      const own = dataOf(mark, values[i], axes).map((datum) => ({ ...datum, id: first + datum.id }));
      first += own.length;
      return own;
    }).filter(({ x, y }) => x >= left && x <= right && y >= top && y <= bottom);
    at = data.findIndex(({ id }) => id === before);
    if (at < 0) [at, asked] = [0, false]; // what was told is there no more
    show(false);
  };
  return (values) => {
    later = () => look(values);
    if (asked || !data.length) catchUp();
  };
}
