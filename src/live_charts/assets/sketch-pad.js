// Makes a <figure class="pad"> one to draw on: ink on a few cells, and below it what the recorded models say about it.
// The figure's data-spec holds what Python recorded, weights and all.
import { element } from "./element.js";
import { replay } from "./operations.js";

const FINE = 4; // dots along each side of a cell, as the scanned digits had before they were made small
const PEN = 0.75; // radius of the pen, in cells

/** @typedef {{ rows: number, columns: number, ink: number[], dots: Uint8Array }} Pad */
/** @typedef {[number, number]} Point across and down, in cells */

/**
 * A pad: the ink of each cell from 0 to 1, row by row, and the dots that the pen has covered.
 * @type {(shape: [number, number], ink?: number[] | null) => Pad}
 */
export function blank([rows, columns], ink) {
  return {
    rows,
    columns,
    ink: ink ? [...ink] : Array(rows * columns).fill(0),
    dots: new Uint8Array(rows * columns * FINE ** 2),
  };
}

/**
 * Draw from one point to another: each dot that the pen covers is a sixteenth of its cell's ink.
 * @type {(pad: Pad, from: Point, to: Point) => void}
 */
export function stroke({ rows, columns, ink, dots }, [x, y], [toX, toY]) {
  const [dx, dy] = [toX - x, toY - y], length = dx * dx + dy * dy;
  for (let row = 0; row < rows * FINE; row++) {
    for (let column = 0; column < columns * FINE; column++) {
      const [across, down] = [(column + 0.5) / FINE - x, (row + 0.5) / FINE - y];
      const along = length ? Math.max(0, Math.min(1, (across * dx + down * dy) / length)) : 0;
      const place = row * columns * FINE + column;
      if (dots[place] || (across - along * dx) ** 2 + (down - along * dy) ** 2 > PEN ** 2) continue;
      dots[place] = 1;
      const cell = Math.floor(row / FINE) * columns + Math.floor(column / FINE);
      ink[cell] = Math.min(1, ink[cell] + 1 / FINE ** 2);
    }
  }
}

/**
 * What the models say about a picture: their scores, in the order of the record's models.
 * @type {(spec: import("./operations.js").RecordedFunction & { shape: number[] }, ink: number[]) => number[][]}
 */
export function scores(spec, ink) {
  return replay(spec, [{ shape: spec.shape, data: ink }]);
}

/** @type {(scores: number[], lowest: boolean) => number} */
export function winner(scores, lowest) {
  return scores.indexOf(lowest ? Math.min(...scores) : Math.max(...scores));
}

/**
 * Where each score's bar starts and how long it is, as shares of the width.
 * @type {(scores: number[]) => [number, number][]}
 */
export function bars(scores) {
  const low = Math.min(0, ...scores), high = Math.max(1, ...scores);
  return scores.map((score) => [(Math.min(score, 0) - low) / (high - low), Math.abs(score) / (high - low)]);
}

/** @type {(value: number, digits: number) => string} */
const written = (value, digits) => value.toFixed(digits).replace("-", "−");

// --- The page. ----------------------------------------------------------------------------------------------------
let pads = 0;

/**
 * @typedef {object} Spec as `Pad.spec` gives it
 * @property {[number, number]} shape
 * @property {number[]} start
 * @property {Record<string, number[]>} examples
 * @property {{ name: string, lowest: boolean }[]} models
 * @property {string[]} labels
 * @property {number} digits
 */

/** @type {(figure: HTMLElement) => void} */
export function enliven(figure) {
  /** @type {HTMLElement | null} */
  const grid = figure.querySelector(".pad__grid");
  const svg = grid?.querySelector("svg");
  if (figure.dataset.live !== undefined || !grid || !svg) return;
  figure.dataset.live = "";
  /** @type {Spec & import("./operations.js").RecordedFunction} */
  const spec = JSON.parse(figure.dataset.spec ?? "");
  const [rows, columns] = spec.shape;
  const id = `pad-${pads++}`;
  /** @type {NodeListOf<HTMLTableElement>} */
  const tables = figure.querySelectorAll(".pad__scores");
  let pad = blank(spec.shape, spec.start);
  /** @type {Point} */
  let cursor = [Math.floor(columns / 2), Math.floor(rows / 2)];

  const layer = /** @type {SVGGElement} */ (svg.querySelector(".pad__ink"));
  layer.innerHTML = pad.ink.map((_, cell) =>
    `<rect x="${cell % columns}" y="${Math.floor(cell / columns)}" width="1" height="1"/>`
  ).join("");
  const cells = [...layer.children];
  svg.insertAdjacentHTML("beforeend", '<rect class="pad__cursor" width="1" height="1"/>');
  const mark = /** @type {SVGRectElement} */ (svg.lastElementChild);

  const hint = element(
    "p",
    { class: "pad__hint", id: `${id}-hint` },
    "Draw with mouse or finger. By keyboard: arrow keys move, Space fills a cell or empties it, + and − change its ink.",
  );
  const said = element("p", { class: "pad__heard", "aria-live": "polite" });
  /** @type {[string, number[] | null][]} */
  const pictures = [["Clear", null]];
  if (spec.start.some(Boolean)) pictures.push(["Reset", spec.start]);
  pictures.push(...Object.entries(spec.examples));
  const buttons = pictures.map(([name, ink]) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      pad = blank(spec.shape, ink);
      update();
    });
    return button;
  });
  const controls = element("div", { class: "pad__controls", role: "group", "aria-label": "Pictures" }, ...buttons);
  const side = element("div", { class: "pad__side" });
  grid.replaceWith(side);
  side.append(grid, hint, controls, said);
  for (
    const [name, value] of Object.entries({
      role: "application",
      tabindex: "0",
      "aria-roledescription": "drawing pad",
      "aria-describedby": hint.id,
      "aria-label": `Pad of ${rows} rows and ${columns} columns`,
    })
  ) grid.setAttribute(name, value);

  // What is heard waits until the drawing rests.
  let resting = 0;
  /** @type {(text: string, wait: number) => void} */
  const say = (text, wait) => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      said.textContent = text;
    }, wait);
  };

  const show = () => {
    cells.forEach((cell, place) => cell.setAttribute("fill-opacity", String(pad.ink[place])));
    return scores(spec, pad.ink).map((found, which) => {
      const { name, lowest } = spec.models[which], table = tables[which], best = winner(found, lowest);
      /** @type {Element} */ (table.querySelector("caption strong")).textContent = spec.labels[best];
      bars(found).forEach(([from, long], place) => {
        const row = table.rows[place], [, bar, number] = row.cells, length = bar.querySelector("rect");
        row.classList.toggle("pad__best", place === best);
        length?.setAttribute("x", String(100 * from));
        length?.setAttribute("width", String(100 * long));
        number.textContent = written(found[place], spec.digits);
        number.dataset.value = String(found[place]);
      });
      return `${name}: ${spec.labels[best]}, ${written(found[best], spec.digits)}.`;
    }).join(" ");
  };
  const update = () => say(show(), 600);

  let waiting = 0;
  const soon = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      update();
    });
  };

  // --- Mouse, pen and finger. ---
  /** @type {(event: PointerEvent) => Point} */
  const at = ({ clientX, clientY }) => {
    const point = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM()?.inverse());
    return [point.x, point.y];
  };
  /** @type {Point | null} */
  let last = null;
  grid.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || last) return;
    try {
      grid.setPointerCapture(event.pointerId);
    } catch { /* a pointer that is gone already still leaves its dot */ }
    last = at(event);
    stroke(pad, last, last);
    soon();
  });
  grid.addEventListener("pointermove", (event) => {
    if (!last) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const each of points.length ? points : [event]) {
      const next = at(each);
      stroke(pad, last, next);
      last = next;
    }
    soon();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    grid.addEventListener(end, () => {
      last = null;
    });
  }

  // --- Keyboard. ---
  const point = () => {
    mark.setAttribute("x", String(cursor[0]));
    mark.setAttribute("y", String(cursor[1]));
  };
  /** @type {Record<string, Point>} */
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  grid.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event, [column, row] = cursor, place = row * columns + column, before = pad.ink[place];
    /** @type {Record<string, number | undefined>} */
    const inks = {
      " ": before < 1 ? 1 : 0,
      Enter: before < 1 ? 1 : 0,
      "+": Math.min(1, before + 0.25),
      "=": Math.min(1, before + 0.25),
      "-": Math.max(0, before - 0.25),
      Delete: 0,
      Backspace: 0,
    };
    const changed = inks[key];
    if (steps[key]) {
      cursor = [
        Math.max(0, Math.min(columns - 1, column + steps[key][0])),
        Math.max(0, Math.min(rows - 1, row + steps[key][1])),
      ];
      point();
      say(
        `Row ${cursor[1] + 1}, column ${cursor[0] + 1}, ink ${written(pad.ink[cursor[1] * columns + cursor[0]], 2)}`,
        0,
      );
    } else if (changed !== undefined) {
      pad.ink[place] = changed;
      say(`Ink ${written(changed, 2)}. ${show()}`, 300);
    } else return;
    event.preventDefault();
  });
  point();
  show();
}
