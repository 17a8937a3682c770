// Makes a <figure class="steps"> one to step through: a slider, two buttons, and the drawing and the caption of that step.
let figures = 0;

export function enliven(figure) {
  if (figure.dataset.live !== undefined) return;
  figure.dataset.live = "";
  const frames = [...figure.querySelector(".steps__picture").children];
  const list = figure.querySelector(".steps__captions");
  const captions = [...list.children].map((item) => item.textContent);
  const last = frames.length - 1;

  const make = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const id = `steps-${figures++}`;
  const back = make("button", { type: "button" }, "Previous");
  const on = make("button", { type: "button" }, "Next");
  const slider = make("input", { type: "range", id, min: 0, max: last, step: 1 });
  slider.value = 0;
  const count = make("output", { for: id });
  const label = make("label", { for: id }, "Step");
  const controls = make("div", { class: "steps__controls", role: "group", "aria-label": "Steps" }, back, label, slider, count, on);
  // As many lines as the longest caption needs are kept free for each, so that nothing below moves.
  const caption = make("p", { class: "steps__caption", "aria-live": "polite" });
  const room = captions.map((text) => make("span", { "aria-hidden": "true" }, text));

  const show = () => {
    const at = Number(slider.value);
    frames.forEach((frame, place) => { frame.hidden = place !== at; });
    caption.textContent = captions[at];
    count.value = `${at + 1} / ${last + 1}`;
    slider.setAttribute("aria-valuetext", `${at + 1} of ${last + 1}`);
    // Not `disabled`: that would take the focus away from the button just pressed.
    back.setAttribute("aria-disabled", at === 0);
    on.setAttribute("aria-disabled", at === last);
  };
  const step = (by) => { slider.value = Number(slider.value) + by; show(); }; // a range stops at its ends by itself
  back.addEventListener("click", () => step(-1));
  on.addEventListener("click", () => step(1));
  slider.addEventListener("input", show);
  list.replaceWith(make("div", { class: "steps__captions" }, caption, ...room));
  figure.append(controls);
  show();
}
