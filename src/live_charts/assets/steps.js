// Makes a <figure class="steps"> one to step through: a slider, two buttons, and the drawing and the caption of that step.
import { element } from "./element.js";
import { letScroll } from "./ranges.js";

let figures = 0;

/** @type {(figure: HTMLElement) => void} */
export function enliven(figure) {
  const picture = figure.querySelector(".steps__picture"), list = figure.querySelector(".steps__captions");
  if (figure.dataset.live !== undefined || !picture || !list) return;
  figure.dataset.live = "";
  const frames = /** @type {HTMLElement[]} */ ([...picture.children]);
  const captions = [...list.children].map((item) => item.textContent);
  const last = frames.length - 1;

  const id = `steps-${figures++}`;
  const back = element("button", { type: "button" }, "Previous");
  const on = element("button", { type: "button" }, "Next");
  const slider = element("input", { type: "range", id, min: 0, max: last, step: 1 });
  slider.value = "0";
  letScroll(slider);
  const count = element("output", { for: id });
  const label = element("label", { for: id }, "Step");
  const controls = element(
    "div",
    { class: "steps__controls", role: "group", "aria-label": "Steps" },
    back,
    label,
    slider,
    count,
    on,
  );
  // As many lines as the longest caption needs are kept free for each, so that nothing below moves.
  const caption = element("p", { class: "steps__caption", "aria-live": "polite" });
  const room = captions.map((text) => element("span", { "aria-hidden": "true" }, text));

  const show = () => {
    const at = Number(slider.value);
    frames.forEach((frame, place) => {
      frame.hidden = place !== at;
    });
    caption.textContent = captions[at];
    count.value = `${at + 1} / ${last + 1}`;
    slider.setAttribute("aria-valuetext", `${at + 1} of ${last + 1}`);
    // Not `disabled`: that would take the focus away from the button just pressed.
    back.setAttribute("aria-disabled", String(at === 0));
    on.setAttribute("aria-disabled", String(at === last));
  };
  /** @param {number} by */
  const step = (by) => {
    slider.value = String(Number(slider.value) + by); // a range stops at its ends by itself
    show();
  };
  back.addEventListener("click", () => step(-1));
  on.addEventListener("click", () => step(1));
  slider.addEventListener("input", show);
  list.replaceWith(element("div", { class: "steps__captions" }, caption, ...room));
  figure.append(controls);
  show();
}
