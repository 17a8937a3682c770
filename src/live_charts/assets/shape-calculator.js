// Makes a <figure class="shapes"> live: type two shapes, and see the shape of the result, or the error that torch gives.
// What it says and draws is what live_charts/shape_calculator.py says and draws, where torch itself knows the rule.
import { element } from "./element.js";

const AXES = 6, LARGEST = 9999; // what may be typed
const CELLS = [4, 8, 8], MOST = 100; // what is drawn in cells: so many along the last three axes, and in all
// Of a cell, of one with large values, between blocks, for + and =, of a panel, above.
const SIDE = 24, WIDE = 38, BLOCK = 10, SIGN = 36, NARROW = 44, TOP = 22;

/** @typedef {number[]} Shape */

/**
 * The sizes that a text names, such as "4, 3"; an Error in plain words where it names none.
 * @type {(text: string) => Shape}
 */
export function parse(text) {
  const words = text.replaceAll("torch.Size", " ").split(/[\s,()[\]]+/).filter(Boolean);
  for (const word of words) {
    if (/^[-−][0-9]+$/.test(word)) throw new Error(`A size cannot be negative, as ${word} is.`);
    if (!/^[0-9]+$/.test(word)) {
      throw new Error(`“${word.slice(0, 20)}” is not a whole number. A shape is written as 4, 3.`);
    }
    if (Number(word) > LARGEST) throw new Error(`Sizes up to ${LARGEST} fit here.`);
  }
  if (words.length > AXES) throw new Error(`Up to ${AXES} axes fit here, and these are ${words.length}.`);
  return words.map(Number);
}

/**
 * A shape as Python writes it: (), (3,), (4, 3).
 * @type {(shape: Shape) => string}
 */
export const written = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

/**
 * The sizes of both along each axis of the result, right-aligned: null where a shape has no such axis.
 * @type {(a: Shape, b: Shape) => [number | null, number | null][]}
 */
export function aligned(a, b) {
  const rank = Math.max(a.length, b.length);
  return Array.from(
    { length: rank },
    (_, axis) => [a[axis - rank + a.length] ?? null, b[axis - rank + b.length] ?? null],
  );
}

/** @type {(n: number | null, m: number | null) => number | null} */
const together = (n, m) => {
  [n, m] = [n ?? 1, m ?? 1];
  return n === m || m === 1 ? n : n === 1 ? m : null;
};

/**
 * The shape of the result, or the text of torch's error.
 * @type {(a: Shape, b: Shape) => { shape: Shape, error: null } | { shape: null, error: string }}
 */
export function broadcast(a, b) {
  const pairs = aligned(a, b);
  const axis = pairs.findLastIndex(([n, m]) => together(n, m) === null);
  if (axis < 0) return { shape: pairs.map(([n, m]) => Number(together(n, m))), error: null };
  const [n, m] = pairs[axis];
  return {
    shape: null,
    error: `The size of tensor a (${n}) must match the size of tensor b (${m}) at non-singleton dimension ${axis}`,
  };
}

/**
 * What is said about two shapes: the result, and why.
 * @type {(a: Shape, b: Shape) => [string, string]}
 */
export function said(a, b) {
  const { shape, error } = broadcast(a, b);
  /** @type {string[]} */
  const why = [];
  aligned(a, b).forEach(([n, m], axis) => {
    const result = together(n, m);
    if (result === null) why.push(`Axis ${axis} is ${n} in a and ${m} in b: they differ, and neither is 1.`);
    else {
      for (const [name, size] of Object.entries({ a: n, b: m })) {
        if (size === null) {
          if (result !== 1) why.push(`${name} has no axis ${axis}: it counts as 1, and becomes ${result}.`);
        } else if (size !== result) why.push(`Axis ${axis} of ${name} is 1, and becomes ${result}.`);
      }
    }
  });
  if (!why.length) why.push("Nothing has to be stretched.");
  if (shape?.includes(0)) why.push("A size of 0 is allowed: the result is empty.");
  return [shape ? `Result: ${written(shape)}` : `RuntimeError: ${error}`, why.join(" ")];
}

/**
 * The shapes under each other, right-aligned, with what each axis becomes.
 * @type {(a: Shape, b: Shape) => string}
 */
export function table(a, b) {
  const pairs = aligned(a, b);
  if (!pairs.length) return "";
  const heads = pairs.map((_, axis) => `<th scope="col">axis ${axis}</th>`).join("");
  const rows = ["a", "b"].map((name, which) => {
    const cells = pairs.map((pair) => {
      const result = together(...pair), size = pair[which] ?? 1, known = pair[which] === null ? "(1)" : size;
      if (result === null) return `<td class="shapes__clash">${known} ✗</td>`;
      return result === size ? `<td>${known}</td>` : `<td class="shapes__stretched">${known} → ${result}</td>`;
    });
    return `<tr><th scope="row">${name}</th>${cells.join("")}</tr>`;
  });
  const results = pairs.map((pair) => together(...pair)).map((
    size,
  ) => (size === null ? '<td class="shapes__clash">✗</td>' : `<td>${size}</td>`));
  return `<table class="shapes__axes"><thead><tr><td></td>${heads}</tr></thead><tbody>${rows.join("")}` +
    `<tr class="shapes__sum"><th scope="row">a + b</th>${results.join("")}</tr></tbody></table>`;
}

/** @type {(shape: Shape) => Shape} */
const padded = (shape) => [...Array(CELLS.length - shape.length).fill(1), ...shape];

/** @type {(shape: Shape) => number} */
const size = (shape) => shape.reduce((product, each) => product * each, 1);

/**
 * One tensor in cells: its own ones, and the faint copies to which it is stretched. Each has the sum of its parts' values.
 * @type {(name: string, kind: string, parts: [Shape, number][], shape: Shape, left: number) => [string, number]}
 */
function panel(name, kind, parts, shape, left) {
  const [blocks, rows, columns] = shape;
  const own = parts.length === 1 ? parts[0][0] : shape;
  const largest = parts.reduce((sum, [each, count]) => sum + (size(each) - 1) * count, 0);
  const across = largest < 100 ? SIDE : WIDE;
  const wide = Math.max(columns * across, NARROW), start = left + (wide - columns * across) / 2;
  const paths = ["", ""], numbers = ["", ""];
  for (let i = 0; i < blocks; i++) {
    for (let j = 0; j < rows; j++) {
      for (let k = 0; k < columns; k++) {
        const x = start + k * across, y = TOP + i * (rows * SIDE + BLOCK) + j * SIDE;
        const copy = i < own[0] && j < own[1] && k < own[2] ? 0 : 1;
        paths[copy] += `M${x},${y}h${across}v${SIDE}h-${across}z`;
        const said = parts.reduce(
          (sum, [[n, m, p], count]) => sum + (((i % n) * m + (j % m)) * p + (k % p)) * count,
          0,
        );
        numbers[copy] += `<text x="${x + across / 2}" y="${y + SIDE / 2 + 4}">${said}</text>`;
      }
    }
  }
  let svg = `<text class="shapes__name" x="${left + wide / 2}" y="14">${name}</text>`;
  ["own", "copy"].forEach((sort, copy) => {
    if (!paths[copy]) return;
    svg += `<path class="shapes__${sort} shapes__${kind}" d="${paths[copy]}"/>`;
    svg += `<g class="shapes__${sort}-numbers">${numbers[copy]}</g>`;
  });
  return [svg, left + wide];
}

/**
 * Both tensors and the result in cells, as SVG; nothing where there is no cell, or too many.
 * @type {(a: Shape, b: Shape) => string}
 */
export function cells(a, b) {
  const { shape } = broadcast(a, b);
  const all = shape ? [a, b, shape] : [a, b];
  /** @param {Shape} shape */
  const drawable = (shape) =>
    shape.length <= CELLS.length && padded(shape).every((each, axis) => each > 0 && each <= CELLS[axis]) &&
    size(shape) <= MOST;
  if (!all.every(drawable)) return "";
  /** @type {[Shape, number][]} in what each counts, as shape_calculator.py says */
  const both = [[padded(a), size(b) <= 10 ? 10 : 100], [padded(b), 1]];
  let svg = "", right = 0, high = 0;
  all.forEach((own, which) => {
    const full = padded(shape ?? own);
    if (which) {
      svg += `<text class="shapes__sign" x="${right + SIGN / 2}" y="${TOP + SIDE / 2 + 6}">${"+="[which - 1]}</text>`;
      right += SIGN;
    }
    const parts = which < 2 ? [both[which]] : both;
    const [drawn, end] = panel(["a", "b", "a + b"][which], ["a", "b", "sum"][which], parts, full, right);
    svg += drawn;
    right = end;
    high = Math.max(high, full[0] * (full[1] * SIDE + BLOCK) - BLOCK);
  });
  const [width, height] = [right + 4, TOP + high + 2];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">${svg}</svg>`;
}

/**
 * What is drawn about two shapes, as HTML. There is nothing in it but numbers and our own words.
 * @type {(a: Shape, b: Shape) => string}
 */
export function drawn(a, b) {
  const picture = cells(a, b);
  return table(a, b) + (picture ? `<div class="shapes__cells">${picture}</div>` : "");
}

// --- The page. ----------------------------------------------------------------------------------------------------
let calculators = 0;

/** @type {(figure: HTMLElement) => void} */
export function enliven(figure) {
  const words = figure.querySelector(".shapes__said"), picture = figure.querySelector(".shapes__picture");
  if (figure.dataset.live !== undefined || !words || !picture) return;
  figure.dataset.live = "";
  const [result, why] = words.children;
  const number = calculators++;
  words.setAttribute("aria-live", "polite");
  result.id = `shapes-${number}`;
  const controls = element("div", { class: "shapes__controls" });
  const inputs = ["a", "b"].map((name) => {
    const id = `shapes-${number}-${name}`;
    const input = element("input", {
      id,
      type: "text",
      autocomplete: "off",
      spellcheck: false,
      "aria-describedby": result.id,
    });
    input.value = figure.dataset[name] ?? "";
    controls.append(element("label", { for: id }, `Shape of ${name}`), input);
    return input;
  });

  const update = () => {
    /** @type {string[]} */
    const wrong = [];
    const [a, b] = inputs.map((input, which) => {
      try {
        input.removeAttribute("aria-invalid");
        return parse(input.value);
      } catch (error) {
        input.setAttribute("aria-invalid", "true");
        wrong.push(`Shape of ${"ab"[which]}: ${/** @type {Error} */ (error).message}`);
        return [];
      }
    });
    [result.textContent, why.textContent] = wrong.length ? [wrong.join(" "), ""] : said(a, b);
    result.classList.toggle("shapes__error", !result.textContent.startsWith("Result"));
    picture.innerHTML = wrong.length ? "" : drawn(a, b);
  };
  controls.addEventListener("input", update);
  figure.prepend(controls);
}
