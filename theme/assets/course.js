// Names and tab stops for what Material for MkDocs makes while the page runs, where no template can reach.
import { element } from "./element.js";

const met = new WeakSet();

function mend() {
  /** @type {(selector: string) => NodeListOf<HTMLElement>} */
  const all = (selector) => document.querySelectorAll(selector);
  // The mark of a note in a snippet is a plus sign, drawn by the style sheet.
  for (const mark of all(".md-annotation__index:not([aria-label])")) mark.setAttribute("aria-label", "Note");
  // A wide table scrolls: by keyboard, too.
  for (const wrap of all(".md-typeset__scrollwrap:not([tabindex])")) wrap.tabIndex = 0;
  // And so does a row of tabs on a phone.
  for (const row of all(".tabbed-labels:not([tabindex])")) if (row.scrollWidth > row.clientWidth) row.tabIndex = 0;
  // So does wide code. Material takes the tab stop away where code fits, but far from the screen it cannot know yet, and
  // what the keyboard has just come to must not lose it.
  for (const code of all("pre > code:not([tabindex])")) {
    const lost = code === held && document.activeElement === document.body;
    if (!met.has(code) || lost || !code.checkVisibility({ contentVisibilityAuto: true })) code.tabIndex = 0;
    if (lost) code.focus({ preventScroll: true });
    met.add(code);
  }
}

// What stands outside the screen is measured only as it comes near, and a chart grows when it comes alive: what the
// keyboard has just reached must not be pushed out of view by that.
let reached = -Infinity;
/** @type {Element | undefined} */
let held;
document.addEventListener("focusin", ({ target }) => {
  const byKeyboard = target instanceof Element && target.matches(":focus-visible");
  reached = byKeyboard ? performance.now() : -Infinity;
  held = byKeyboard ? target : undefined;
});
new ResizeObserver(() => {
  if (performance.now() - reached < 1000) document.activeElement?.scrollIntoView({ block: "nearest" });
}).observe(document.body);

const changes = { childList: true, subtree: true, attributeFilter: ["tabindex"] };
new MutationObserver(mend).observe(document.body, changes);
mend();

// "Skip to content" takes the keyboard along. Material must not hear of it: it would put a new copy of the text into the
// page, in which nothing has the focus.
document.addEventListener("click", (event) => {
  /** @type {HTMLAnchorElement | null} */
  const skip = event.target instanceof Element ? event.target.closest(".md-skip") : null;
  if (!skip) return;
  event.preventDefault();
  event.stopPropagation();
  const heading = document.getElementById(decodeURIComponent(skip.hash.slice(1)));
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}, { capture: true });

// On a narrow screen a label opens the menu, which the keyboard cannot reach: a button in its place can be.
const drawer = /** @type {HTMLInputElement} */ (document.getElementById("__drawer"));
const label = /** @type {HTMLLabelElement} */ (document.querySelector('label.md-header__button[for="__drawer"]'));
const button = element("button");
for (const { name, value } of label.attributes) button.setAttribute(name, value);
button.type = "button";
button.ariaLabel = "Menu";
button.ariaExpanded = String(drawer.checked);
button.append(...label.childNodes);
button.addEventListener("click", () => drawer.click());
drawer.addEventListener("change", () => {
  button.ariaExpanded = String(drawer.checked);
});
label.replaceWith(button);
