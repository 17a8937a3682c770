// What a reader has read, kept in this browser alone, and noted on each lesson. The first page shows the state of every
// lesson: what that needs is fetched there.

/** @typedef {{ opened?: string, done?: string }} Days on which a lesson was opened and done, as 2026-11-21 */
/** @typedef {{ lesson: string, place?: string, heading?: string }} Last the section in which the reader was last */
/** @typedef {{ lessons: Record<string, Days>, last?: Last }} Read lessons by their address in the site */

export const KEY = "nnf.read";
export const FULL = "This browser has no room left for this site, so that could not be noted.";
export const LESSON = /^lessons\/[^/]+\/$/, DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

// ---- What is kept ----

/** @type {(value: unknown) => value is Record<string, unknown>} */
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The browser's storage; nothing where it is blocked, as it may be in a private window: what storage.js puts in its
 * place ends with the page.
 * @type {Storage | undefined}
 */
export const store = (() => {
  try {
    return localStorage instanceof Storage ? localStorage : undefined;
  } catch { /* it is blocked */ }
})();

/** @type {(value: unknown) => string | undefined} */
const dayOf = (value) => typeof value === "string" && DAY.test(value) ? value : undefined;

/**
 * Only what has the right shape: somebody may have written into it.
 * @param {unknown} given
 * @returns {Read}
 */
export function sound(given) {
  const { lessons = {}, last } = isObject(given) ? given : {};
  /** @type {Record<string, Days>} */
  const read = {};
  for (const [name, days] of Object.entries(isObject(lessons) ? lessons : {})) {
    if (!LESSON.test(name) || !isObject(days)) continue;
    const opened = dayOf(days.opened), done = dayOf(days.done);
    read[name] = { ...(opened && { opened }), ...(done && { done }) };
  }
  return { lessons: read, last: isLast(last) ? last : undefined };
}

/** @type {(value: unknown) => value is Last} */
const isLast = (value) => isObject(value) && typeof value.lesson === "string" && LESSON.test(value.lesson);

/** @type {(text: string) => unknown} */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const load = () => sound(parse(store?.getItem(KEY) ?? "null"));

/**
 * Say what changes; what other tabs have written meanwhile stays. Gives whether that is kept: there may be no room.
 * @param {(read: Read) => void} edit
 */
function change(edit) {
  const read = load();
  edit(read);
  try {
    store?.setItem(KEY, JSON.stringify(read));
  } catch {
    return false;
  }
  return Boolean(store);
}

export function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** @type {(day: string) => string} */
export const inWords = (day) =>
  new Date(`${day}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

/** @type {(address: string) => string} */
export const nameOf = (address) => new URL(address).pathname.slice(new URL(__md_scope).pathname.length);

// ---- A lesson ----

/** @type {string | undefined} */
let here; // the lesson that is open
let show = () => {}; // what is known of it, also when another tab has written

/** @type {(name: string, article: Element) => void} */
function open(name, article) {
  here = name;
  change(({ lessons }) => {
    (lessons[name] ??= {}).opened ??= today();
  });
  noteSection();
  /** @type {HTMLButtonElement | null} */
  const button = article.querySelector(".done__button");
  const note = article.querySelector(".done__note");
  if (!button || !note || !store) return;
  show = () => {
    const { done } = load().lessons[name] ?? {};
    button.setAttribute("aria-pressed", String(Boolean(done)));
    note.textContent = done ? `Done on ${inWords(done)}. Press again to take that back.` : "";
  };
  show();
  button.hidden = false;
  button.onclick = () => { // one, also where the page is noted once more
    const taken = button.getAttribute("aria-pressed") === "true"; // what the reader saw, whatever other tabs have done
    const noted = change(({ lessons }) => {
      const days = lessons[name] ??= { opened: today() };
      if (taken) delete days.done;
      else days.done ??= today();
    });
    show();
    if (!noted) note.textContent = FULL;
  };
}

addEventListener("storage", () => show()); // another tab

/** Remember the section in which the reader is. */
function noteSection() {
  const lesson = here;
  if (!lesson) return;
  const above = [...document.querySelectorAll("article h2[id]")].filter((h2) => h2.getBoundingClientRect().top < 200);
  const heading = above.at(-1);
  change((read) => {
    read.last = { lesson, place: heading?.id, heading: heading?.firstChild?.textContent?.trim() };
  });
}

let later = 0;
addEventListener("scroll", () => {
  clearTimeout(later);
  later = setTimeout(noteSection, 400);
}, { passive: true });

arrive();
followMoved().then((found) => found && arrive());
addEventListener("pageshow", ({ persisted }) => persisted && arrive()); // back on a page that the browser has kept

/** Keep what is known of pages that have moved under their addresses of today; whether there was any. */
export async function followMoved() {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(".md-nav--primary a[href]");
  const menu = new Set([...links].map(({ href }) => nameOf(href)));
  const { lessons, last } = load();
  const left = [...Object.keys(lessons), last?.lesson ?? ""].filter((name) => name && !menu.has(name));
  if (!left.length) return false;
  const { newPlaces, rename } = await import("./moved-lessons.js");
  const places = await newPlaces(left);
  if (!Object.keys(places).length) return false;
  change((read) => rename(read, places));
  return true;
}

/** Note the page, and show what is known of it. */
function arrive() {
  const article = document.querySelector("article");
  /** @type {HTMLElement | null} */
  const panel = document.querySelector(".progress");
  const name = nameOf(location.href);
  if (panel) import("./progress-panel.js").then(({ offer }) => offer(panel));
  if (article && LESSON.test(name)) open(name, article);
}
