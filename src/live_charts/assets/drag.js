// Points of a chart to drag: by mouse or finger, and by the keyboard.
import { scales, short, valuesAt } from "./axes.js";
import { nameOf } from "./controls.js";
import { element } from "./element.js";
import { words } from "./words.js";

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
/** @type {Record<string, [number, number]>} */
const ENDS = { Home: [-1, 0], End: [1, 0], PageDown: [0, -1], PageUp: [0, 1] };

/**
 * @param {import("./controls.js").Handle} handle
 * @param {SVGSVGElement} hand the drawing that lies on the picture
 * @param {import("./axes.js").Axes} axes
 * @param {() => void} changed
 * @returns {import("./controls.js").Control}
 */
export function draggable(handle, hand, axes, changed) {
  const { x, y } = scales(axes), limits = [axes.xlim, axes.ylim];
  const step = handle.step ?? [0, 0], digits = handle.digits ?? [0, 0];
  /** @type {[number[], number[]]} */
  const start = handle.start;
  /** @type {SVGGElement[]} */
  const grips = [...hand.querySelectorAll("g")].filter((each) => each.dataset.handle === handle.name);
  const at = start.map((values) => [...values]);
  const said = element("output");

  /**
   * Put a coordinate at the position nearest to a value: whole steps away from the start, and within the axes.
   * @param {number} axis
   * @param {number} i
   * @param {number} value
   */
  const put = (axis, i, value) => {
    if (!step[axis]) return;
    const first = start[axis][i], [low, high] = limits[axis].map((end) => (end - first) / step[axis]);
    const steps = Math.max(
      Math.ceil(low - 1e-9),
      Math.min(Math.floor(high + 1e-9), Math.round((value - first) / step[axis])),
    );
    at[axis][i] = Number((first + steps * step[axis]).toFixed(9));
  };

  /** @type {(event: MouseEvent) => DOMPoint} */
  const placeOf = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(hand.getScreenCTM()?.inverse());

  const text = (/** @type {number} */ i) =>
    `${axes.xlabel} ${words(at[0][i], digits[0])}, ${axes.ylabel} ${words(at[1][i], digits[1])}`;

  grips.forEach((grip, i) => {
    const name = grips.length > 1 ? `${nameOf(handle)} ${i + 1}` : nameOf(handle);
    for (
      const [key, value] of Object.entries({ role: "slider", tabindex: "0", class: "live__handle", "aria-label": name })
    ) {
      grip.setAttribute(key, value);
    }
    let held = [0, 0]; // how far from its middle the point was taken hold of
    /** @param {PointerEvent} event */
    const follow = (event) => {
      const { x, y } = placeOf(event);
      valuesAt(axes, { x: x - held[0], y: y - held[1] }).forEach((value, axis) => put(axis, i, value));
      changed();
    };
    // A finger that drags does not scroll; `touch-action` alone does not reach parts of a drawing in every browser.
    grip.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    grip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault(); // no text is selected on the way
      grip.focus({ preventScroll: true });
      grip.setPointerCapture(event.pointerId);
      const here = placeOf(event);
      held = [here.x - x(at[0][i]), here.y - y(at[1][i])];
    });
    grip.addEventListener("pointermove", (event) => grip.hasPointerCapture(event.pointerId) && follow(event));
    grip.addEventListener("keydown", (event) => {
      const [way, far] = [ARROWS[event.key], ENDS[event.key]];
      if ((!way && !far) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const times = event.shiftKey ? 10 : 1;
      [0, 1].forEach((axis) => {
        if (way?.[axis]) put(axis, i, at[axis][i] + way[axis] * times * step[axis]);
        if (far?.[axis]) put(axis, i, limits[axis][far[axis] > 0 ? 1 : 0]);
      });
      changed();
    });
  });

  if (handle.tap) {
    hand.parentElement?.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest(".live__handle")) return;
      valuesAt(axes, placeOf(event)).forEach((value, axis) => put(axis, 0, value));
      changed();
    });
  }

  const row = element("div", { class: "live__slider" }, element("span", {}, nameOf(handle)), said);
  return {
    rows: grips.length > 1 ? [] : [row],
    state: () => at.map((values) => [...values]),
    reset() {
      start.forEach((values, axis) => at[axis].splice(0, values.length, ...values));
    },
    say() {
      said.value = text(0);
      grips.forEach((grip, i) => {
        ["now", "min", "max"].forEach((end, which) => {
          grip.setAttribute(`aria-value${end}`, String([at[0][i], ...axes.xlim][which]));
        });
        grip.setAttribute("aria-valuetext", text(i));
        for (const circle of grip.children) {
          circle.setAttribute("cx", short(x(at[0][i])));
          circle.setAttribute("cy", short(y(at[1][i])));
        }
      });
    },
  };
}
