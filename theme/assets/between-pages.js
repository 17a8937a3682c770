// From page to page: the next one is fetched ahead, and the last one comes back as it was left.
import { element } from "./element.js";

// ---- A page is fetched once the pointer, a finger or the keyboard comes to its link; not for readers who save data. ----

const HOVER = 60; // milliseconds: who only passes by asks for nothing
/** @type {(address: string) => string} */
const addressOf = (address) => address.replace(/[?#].*$/s, "");
const fetched = new Set([addressOf(location.href)]);
let hovering = 0;

/**
 * Fetch the page of this site that a link leads to, unless it is here already.
 * @param {EventTarget | null} target
 */
function fetchAhead(target) {
  /** @type {HTMLAnchorElement | null} */
  const link = target instanceof Element ? target.closest("a[href]:not([download])") : null;
  const address = link && addressOf(link.href);
  if (!address?.startsWith(new URL("..", import.meta.url).href) || !/(\/|\.html)$/.test(address)) return;
  if (fetched.has(address) || navigator.connection?.saveData) return;
  fetched.add(address);
  document.head.append(element("link", { rel: "prefetch", href: address }));
}

addEventListener("pointerover", ({ target, pointerType }) => {
  clearTimeout(hovering);
  if (pointerType === "mouse") hovering = setTimeout(fetchAhead, HOVER, target);
}, { passive: true });
for (const kind of ["touchstart", "focusin"]) {
  addEventListener(kind, ({ target }) => fetchAhead(target), { passive: true });
}

// ---- Back, or a reload, leads to the very place. ----
// Browsers keep how far it is from the top, which is less as long as what is far from the screen has not been laid out.
// So we keep what stands at the top of the screen, and where.

/** @typedef {{ path: number[], top: number }} Place the way to an element through its ancestors, and its distance */

const UNDER = 100; // pixels from the top of the screen, below the page's header
const FRAMES = 40; // so long what comes near the screen may still change its height
const article = document.querySelector("article");

/** @type {(part: Element) => DOMRect} */
const box = (part) => part.getBoundingClientRect();

/** Keep with this entry of the history what stands at the top of the screen. */
function note() {
  /** @type {number[]} */
  const path = [];
  /** @type {Element | null} */
  let part = article;
  while (part && (part === article || box(part).height > innerHeight)) {
    const at = [...part.children].findLastIndex((child) => child.getClientRects().length && box(child).top < UNDER);
    if (at < 0) break;
    path.push(at);
    part = part.children[at];
  }
  const place = part && { path, top: box(part).top };
  history.replaceState({ ...history.state, place }, "");
}

let resting = 0;
addEventListener("scroll", () => {
  clearTimeout(resting);
  resting = setTimeout(note, 100);
}, { passive: true });

/** @param {Place} place */
function restore({ path, top }) {
  let frames = FRAMES;
  history.scrollRestoration = "manual";
  const put = () => {
    /** @type {Element | null} */
    let part = article;
    for (const at of path) part = part?.children[at] ?? null;
    if (part && frames > 0) scrollBy({ top: box(part).top - top, behavior: "instant" });
    if (frames-- > 0) requestAnimationFrame(put);
    else history.scrollRestoration = "auto";
  };
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"]) {
    addEventListener(kind, () => {
      frames = 0; // the reader goes on
    }, { once: true, passive: true });
  }
  put();
}

const [arrived] =
  /** @type {(PerformanceNavigationTiming | undefined)[]} */ (performance.getEntriesByType("navigation"));
if (history.state?.place && arrived && arrived.type !== "navigate") restore(history.state.place);

// A page that the browser itself has kept comes back with the menu or the search open, where that led on.
addEventListener("pageshow", ({ persisted }) => {
  /** @type {NodeListOf<HTMLInputElement>} */
  const open = document.querySelectorAll("#__drawer:checked, #__search:checked");
  for (const toggle of persisted ? open : []) toggle.click();
});
