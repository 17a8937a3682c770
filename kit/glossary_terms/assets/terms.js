// What a term means, where the reader points at it or comes to it with the keyboard. The glossary's filter is fetched
// where there is a glossary.
import { element } from "./element.js";

const TERM = ".term[data-definition]";
const box = element("div", { id: "term-definition", class: "term-definition", role: "tooltip", hidden: true });
/** @type {HTMLElement | null} */
let shown = null; // the term whose definition is in view
let timer = 0;
let touch = false;

/** @type {(target: EventTarget | null) => HTMLElement | null} */
const termAt = (target) => (target instanceof Element ? target.closest(TERM) : null);

/** @type {(target: EventTarget | null) => boolean} */
const inBox = (target) => target instanceof Node && box.contains(target);

/** @param {HTMLElement} link */
function show(link) {
  clearTimeout(timer);
  if (link === shown) return;
  hide();
  shown = link;
  box.textContent = link.dataset.definition ?? "";
  if (!box.isConnected) (link.closest("article") ?? document.body).append(box);
  box.hidden = false;
  link.setAttribute("aria-describedby", box.id);
  move(link);
}

function hide() {
  clearTimeout(timer);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  box.hidden = true;
}

/**
 * Put the definition under the term, or above it where there is no room; within the screen's sides.
 * @param {HTMLElement} link
 */
function move(link) {
  const gap = 5;
  const lines = link.getClientRects(); // two, where the term is broken over lines
  const around = box.offsetParent;
  if (!lines.length || !around) return; // it is gone, or out of view in a tab
  const [first, last] = [lines[0], lines[lines.length - 1]];
  const { width, height } = box.getBoundingClientRect();
  const below = last.bottom + gap;
  const above = first.top - gap - height;
  const header = document.querySelector(".md-header")?.getBoundingClientRect().bottom ?? 0;
  const top = below + height > innerHeight && above > header ? above : below;
  const left = Math.max(gap, Math.min(last.left, document.documentElement.clientWidth - width - gap));
  const origin = around.getBoundingClientRect();
  box.style.top = `${top - origin.top - around.clientTop}px`;
  box.style.left = `${left - origin.left - around.clientLeft}px`;
}

// The focus scrolls the page, and parts that come near the screen change their height.
const again = () => shown && move(shown);
addEventListener("scroll", again, { passive: true });
new ResizeObserver(again).observe(document.body);

// The pointer may rest on the definition, too. A term that has the focus keeps it.
addEventListener("pointerover", ({ target, pointerType }) => {
  if (pointerType === "touch") return;
  clearTimeout(timer);
  const link = termAt(target);
  if (link) timer = setTimeout(show, 150, link);
  else if (shown && !inBox(target) && shown !== document.activeElement) timer = setTimeout(hide, 300);
});
document.documentElement.addEventListener("pointerleave", () => {
  clearTimeout(timer);
  if (shown && shown !== document.activeElement) hide();
});
addEventListener("focusin", ({ target }) => {
  const link = termAt(target);
  if (link?.matches(":focus-visible")) show(link);
});
addEventListener("focusout", ({ target }) => target === shown && hide());
addEventListener("keydown", ({ key }) => {
  touch = false;
  clearTimeout(timer);
  if (key === "Escape") hide();
});
addEventListener("resize", hide);

// A finger cannot point: its first touch shows the definition, a second one follows the link.
addEventListener("pointerdown", ({ target, pointerType }) => {
  touch = pointerType === "touch";
  if (touch && shown && termAt(target) !== shown && !inBox(target)) hide();
});
addEventListener("click", (event) => {
  const link = termAt(event.target);
  if (!touch || !link || link === shown) return;
  event.preventDefault();
  event.stopImmediatePropagation(); // Material would follow the link
  show(link);
}, { capture: true });

const filters = document.querySelectorAll(".glossary-filter");
if (filters.length) import("./glossary-filter.js").then(({ offer }) => filters.forEach(offer));
