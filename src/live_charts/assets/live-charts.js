// Makes a <figure class="live"> live: its handles, a reset button, and the marks redrawn as they move.
// The figure's data-spec holds what Python recorded; there is no formula here, and nothing is evaluated as code.
// A kind of mark is drawn by the script of its name in `marks`, which is fetched where a chart has such a mark.
import { scales } from "./axes.js";
import { control } from "./controls.js";
import { element } from "./element.js";
import { replay } from "./operations.js";
import { tensor } from "./tensors.js";
import { words } from "./words.js";

/** @typedef {import("./axes.js").Values} Values */
/** @typedef {import("./controls.js").Handle} Handle */
/** @typedef {Record<string, any>} Mark its kind, its size, and what else its script needs to know */
/**
 * @typedef {object} Spec as `Chart.spec` gives it, with a record or with frames
 * @property {Handle[]} handles
 * @property {Mark[]} marks
 * @property {import("./axes.js").Axes} axes
 * @property {Values[][]} [frames]
 */

/**
 * The values of every mark where the handles stand: replayed, or looked up in the frames.
 * @param {Spec & import("./operations.js").RecordedFunction} spec
 * @param {any[]} states a slider's position; x and y of points, each as a list; a 1 or 0 for each choice
 * @returns {Values[]}
 */
export function compute(spec, states) {
  const { handles, frames } = spec;
  if (frames) return frames[states.reduce((place, state, i) => place * (handles[i].values?.length ?? 1) + state, 0)];
  return replay(
    spec,
    states.map((state, i) => {
      const { kind, values } = handles[i];
      if (values) return Number(values[state]);
      return tensor(kind === "data" ? [2, state[0].length] : [state.length], state.flat());
    }),
  );
}

/** @type {(handle: Handle) => boolean} */
const isDragged = ({ kind }) => kind === "point" || kind === "data";

/** @type {(drawn: Element | undefined, name: string, value: string) => void} */
function put(drawn, name, value) {
  if (name === "said" && drawn) drawn.textContent = value;
  else if (drawn?.getAttribute(name) !== value) drawn?.setAttribute(name, value);
}

let charts = 0;

/** @type {(figure: HTMLElement) => Promise<void>} */
export async function enliven(figure) {
  if (figure.dataset.live !== undefined) return;
  /** @type {Spec & import("./operations.js").RecordedFunction} */
  const spec = JSON.parse(figure.dataset.spec ?? "");
  const { axes, handles, marks } = spec, scale = scales(axes), chart = charts++;
  const plot = figure.querySelector(".live__plot"), hand = figure.querySelector("svg.live__hand");
  if (!(plot instanceof HTMLElement)) return;
  const [drawn, dragging, telling] = await Promise.all([
    Promise.all(marks.map(async (mark, place) => ({
      mark,
      group: figure.querySelector(`[data-mark="${place}"]`),
      ...(mark.kind === "number" ? {} : await import(new URL(`marks/${mark.kind}.js`, import.meta.url).href)),
    }))),
    handles.some(isDragged) ? import("./drag.js") : null,
    hand ? import("./told.js") : null,
  ]);
  if (figure.dataset.live !== undefined) return; // another call was sooner
  figure.dataset.live = "";
  /** @type {NodeListOf<HTMLOutputElement>} */
  const outputs = figure.querySelectorAll(".live__numbers output");

  let waiting = 0;
  const changed = () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      update();
    });
  };
  const controls = handles.map((handle) =>
    dragging && isDragged(handle)
      ? dragging.draggable(handle, /** @type {SVGSVGElement} */ (hand), axes, changed)
      : control(handle, `live-${chart}-${handle.name}`, changed)
  );
  const told = marks.map((mark) => telling?.isTold(mark) ?? false);
  const tell = telling && told.includes(true)
    ? telling.tell(plot, /** @type {SVGSVGElement} */ (hand), marks.filter((_, i) => told[i]), axes)
    : null;
  hand?.removeAttribute("aria-hidden");

  /** @type {Values[][]} */
  let shown = []; // the values of each mark as it is drawn

  const update = () => {
    const values = compute(spec, controls.map((each) => each.state()));
    for (const each of controls) each.say();
    let first = 0, outputsDone = 0;
    const ofMarks = drawn.map(({ mark, group, draw }, place) => {
      const own = values.slice(first, first += mark.size), before = shown[place];
      if (draw && before && own.every((list, i) => list === before[i])) return own; // nothing to draw anew
      if (draw) {
        draw(own, scale, mark).forEach((/** @type {Record<string, string>} */ attributes, /** @type {number} */ i) => {
          for (const [name, value] of Object.entries(attributes)) put(group?.children[i], name, value);
        });
      } else {
        const output = outputs[outputsDone++];
        output.value = mark.names ? mark.names[Math.round(own[0][0] ?? NaN)] ?? "none" : words(own[0][0], mark.digits);
        output.dataset.value = String(own[0][0]);
      }
      return own;
    });
    shown = ofMarks;
    tell?.(ofMarks.filter((_, i) => told[i]));
  };

  const reset = element("button", { type: "button", class: "live__reset" }, "Reset");
  reset.addEventListener("click", () => {
    for (const each of controls) each.reset();
    for (const { mark, forget } of drawn) forget?.(mark);
    shown = [];
    update();
  });
  const below = element(
    "div",
    { class: "live__controls", role: "group", "aria-label": "Controls of the chart" },
    ...controls.flatMap((each) => each.rows),
    reset,
  );
  below.addEventListener("input", changed);
  (figure.querySelector(".live__told") ?? plot).after(below);
  for (const each of controls) each.reset();
  update();
}
