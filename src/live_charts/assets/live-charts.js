// Makes a <figure class="live"> live: sliders, a reset button, and the marks redrawn as they move.
// The figure's data-spec holds what Python recorded; there is no formula here, and nothing is evaluated as code.
import { path } from "./drawing.js";
import { element } from "./element.js";
import { replay } from "./operations.js";

/** @typedef {import("./drawing.js").Values} Values */
/** @typedef {{ name: string, values: (number | boolean)[], start: number, unit: string, names?: string[] }} Slider */
/** @typedef {{ kind: string, label: string, size: number, digits: number, unit: string }} Mark */
/**
 * @typedef {object} Spec as `Chart.spec` gives it, with a record or with frames
 * @property {Slider[]} sliders
 * @property {Mark[]} marks
 * @property {import("./drawing.js").Axes} axes
 * @property {Values[][]} [frames]
 */

/**
 * The values of every mark at some positions of the sliders: replayed, or looked up in the frames.
 * @param {Spec & import("./operations.js").RecordedFunction} spec
 * @param {number[]} positions
 * @returns {Values[]}
 */
export function compute(spec, positions) {
  if (spec.frames) {
    return spec.frames[positions.reduce((place, position, i) => place * spec.sliders[i].values.length + position, 0)];
  }
  return replay(spec, positions.map((position, i) => Number(spec.sliders[i].values[position])));
}

/**
 * A slider, or the switch for two booleans, in a row with its name and what it says.
 * @param {Slider} slider
 * @param {string} id
 */
function control(slider, id) {
  const isSwitch = typeof slider.values[0] === "boolean";
  const input = element(
    "input",
    isSwitch
      ? { id, type: "checkbox", role: "switch" }
      : { id, type: "range", min: 0, max: slider.values.length - 1, step: 1 },
  );
  const said = element("output", { for: id });
  const label = element("label", { for: id }, slider.name.replaceAll("_", " "));
  const position = () => (isSwitch ? Number(input.checked) : Number(input.value));
  const words = () => {
    const value = slider.values[position()];
    if (slider.names) return slider.names[position()];
    return isSwitch ? (value ? "on" : "off") : `${value}${slider.unit ? ` ${slider.unit}` : ""}`.replace("-", "−");
  };
  return {
    row: element("div", { class: "live__slider" }, label, input, said),
    position,
    reset() {
      if (isSwitch) input.checked = slider.start === 1;
      else input.value = String(slider.start);
    },
    say() {
      said.value = words();
      if (!isSwitch) input.setAttribute("aria-valuetext", words());
    },
  };
}

let charts = 0;

/** @type {(figure: HTMLElement) => void} */
export function enliven(figure) {
  if (figure.dataset.live !== undefined) return;
  figure.dataset.live = "";
  /** @type {Spec & import("./operations.js").RecordedFunction} */
  const spec = JSON.parse(figure.dataset.spec ?? "");
  const chart = charts++;
  /** @type {NodeListOf<SVGPathElement>} */
  const paths = figure.querySelectorAll("[data-mark]");
  /** @type {NodeListOf<HTMLOutputElement>} */
  const outputs = figure.querySelectorAll(".live__numbers output");
  const shown = spec.marks.map((mark, place) => ({ ...mark, place })).filter((mark) => mark.kind === "number");

  const inputs = spec.sliders.map((slider) => control(slider, `live-${chart}-${slider.name}`));

  const update = () => {
    const values = compute(spec, inputs.map((input) => input.position()));
    for (const input of inputs) input.say();
    let at = 0;
    const starts = spec.marks.map((mark) => {
      const start = at;
      at += mark.size;
      return start;
    });
    for (const drawn of paths) {
      const place = Number(drawn.dataset.mark), mark = spec.marks[place], start = starts[place];
      drawn.setAttribute("d", path(mark.kind, values.slice(start, start + mark.size), spec.axes));
    }
    shown.forEach((mark, i) => {
      const value = values[starts[mark.place]][0];
      outputs[i].value = value === null || !Number.isFinite(value)
        ? "too large"
        : value.toFixed(mark.digits).replace("-", "−");
      outputs[i].dataset.value = String(value);
    });
  };

  const reset = element("button", { type: "button", class: "live__reset" }, "Reset");
  reset.addEventListener("click", () => {
    inputs.forEach((input) => input.reset());
    update();
  });
  const controls = element(
    "div",
    { class: "live__controls", role: "group", "aria-label": "Controls of the chart" },
    ...inputs.map((input) => input.row),
    reset,
  );
  let waiting = 0;
  controls.addEventListener("input", () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      update();
    });
  });
  figure.querySelector(".live__picture")?.after(controls);
  inputs.forEach((input) => input.reset());
  update();
}
