// The rows below a chart that hold its sliders, its switches and its boxes to tick.
import { element } from "./element.js";
import { letScroll } from "./ranges.js";

/** @typedef {{ rows: HTMLElement[], state: () => any, reset: () => void, say: () => void }} Control */
/** @typedef {{ name: string, kind: string, start: any, values?: (number | boolean)[], said?: string[], names?: string[], play?: boolean, tap?: boolean, step?: [number, number], digits?: [number, number] }} Handle */

/** @type {(handle: Handle) => string} */
export const nameOf = (handle) => handle.name.replaceAll("_", " ");

/** @type {(handle: Handle, id: string, changed: () => void) => Control} */
export function control(handle, id, changed) {
  return handle.kind === "choices"
    ? boxes(handle)
    : handle.kind === "switch"
    ? toggle(handle, id)
    : slider(handle, id, changed);
}

/** @type {(handle: Handle, id: string) => Control} */
function toggle(handle, id) {
  const input = element("input", { id, type: "checkbox", role: "switch" }), said = element("output", { for: id });
  const state = () => Number(input.checked);
  return {
    rows: [row(handle, id, input, said)],
    state,
    reset() {
      input.checked = handle.start === 1;
    },
    say() {
      said.value = handle.said?.[state()] ?? "";
    },
  };
}

/** @type {(handle: Handle, id: string, changed: () => void) => Control} */
function slider(handle, id, changed) {
  const words = handle.said ?? [], last = words.length - 1;
  const input = element("input", { id, type: "range", min: 0, max: last, step: 1 });
  letScroll(input);
  const said = element("output", { for: id });
  const state = () => Number(input.value);
  const rows = [row(handle, id, input, said)];
  if (handle.play) rows.push(player(handle, input, last, changed));
  return {
    rows,
    state,
    reset() {
      input.value = String(handle.start);
    },
    say() {
      said.value = words[state()];
      input.setAttribute("aria-valuetext", words[state()]);
    },
  };
}

/** @type {(handle: Handle, id: string, input: HTMLElement, said: HTMLElement) => HTMLElement} */
const row = (handle, id, input, said) =>
  element("div", { class: "live__slider" }, element("label", { for: id }, nameOf(handle)), input, said);

/**
 * Buttons that move a slider: one position back or on, or on and on until the last. It never starts by itself.
 * @param {Handle} handle
 * @param {HTMLInputElement} input
 * @param {number} last
 * @param {() => void} changed
 */
function player(handle, input, last, changed) {
  /** @type {(words: string, name: string) => HTMLButtonElement} */
  const button = (words, name) =>
    element("button", { type: "button", "aria-label": `${name}: ${nameOf(handle)}` }, words);
  const back = button("‹ Back", "Back"), on = button("On ›", "On"), play = button("Play", "Play");
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
    play.setAttribute("aria-label", `Play: ${nameOf(handle)}`);
  };
  /** @param {number} position */
  const go = (position) => {
    input.value = String(position); // a range stops at its ends by itself
    changed();
  };
  const at = () => Number(input.value);
  back.addEventListener("click", () => go(at() - 1));
  on.addEventListener("click", () => go(at() + 1));
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    play.setAttribute("aria-label", `Pause: ${nameOf(handle)}`);
    go(at() === last ? 0 : at() + 1);
    timer = setInterval(() => {
      if (!input.isConnected || at() === last) return stop();
      go(at() + 1);
    }, Math.max(100, Math.min(1000, 8000 / (last + 1))));
  });
  return element("div", { class: "live__player" }, back, play, on);
}

/** @type {(handle: Handle) => Control} */
function boxes(handle) {
  const inputs = (handle.names ?? []).map(() => element("input", { type: "checkbox" }));
  const labels = inputs.map((input, i) => element("label", {}, input, handle.names?.[i] ?? ""));
  const legend = element("legend", {}, nameOf(handle));
  return {
    rows: [element("fieldset", { class: "live__choices" }, legend, ...labels)],
    state: () => inputs.map((input) => Number(input.checked)),
    reset() {
      inputs.forEach((input, i) => {
        input.checked = handle.start[i] === 1;
      });
    },
    say() {},
  };
}
