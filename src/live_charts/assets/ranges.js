// What sliders need on a phone.

/**
 * A finger that comes down on a slider and then scrolls the page has not meant the slider: it goes back to where it was.
 * @param {HTMLInputElement} slider
 */
export function letScroll(slider) {
  let before = slider.value;
  slider.addEventListener("pointerdown", () => {
    before = slider.value;
  });
  slider.addEventListener("pointercancel", () => {
    slider.value = before;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
