// The first page: the state of every lesson, where to go on, and what to do with all that is kept.
import { element } from "./element.js";
import { forget, save, take } from "./progress-file.js";
import { solved } from "./solved-exercises.js";
import { followMoved, inWords, LESSON, load, nameOf, store } from "./progress.js";

/** @typedef {{ name: string, link: HTMLAnchorElement, state: "done" | "begun" | "none" }} Card */

const SOLVED = "nnf.edits.solved"; // where the pages keep which exercises were solved
const BLOCKED = "This browser keeps nothing for this site, as in a private window or where storage is blocked. " +
  "So your progress cannot be shown, and what you answer or choose is forgotten when you leave a page.";
const NO_ROOM =
  "This browser has no room left for this site: what you read, answer or choose from now on is forgotten " +
  "when you leave a page.";

/** Whether there is room for what comes next. */
function hasRoom() {
  try {
    store?.setItem("nnf.room", "x".repeat(1000));
    return true;
  } catch {
    return false;
  } finally {
    store?.removeItem("nnf.room");
  }
}

/** The cards of the lessons, each with its state. */
function cards() {
  const { lessons } = load();
  /** @type {Card[]} */
  const found = [];
  for (const card of document.querySelectorAll(".cards li")) {
    /** @type {HTMLAnchorElement | null} */
    const link = card.querySelector("h3 a");
    const name = link && nameOf(link.href);
    if (!name || !LESSON.test(name)) continue;
    const { opened, done } = lessons[name] ?? {};
    const state = done ? "done" : opened ? "begun" : "none";
    found.push({ name, link, state });
    let badge = card.querySelector(".state");
    if (!badge) card.append(badge = element("span"));
    badge.className = `state state--${state}`;
    badge.textContent = done ? `Done on ${inWords(done)}` : opened ? `Begun on ${inWords(opened)}` : "Not started";
  }
  return found;
}

/**
 * The link at the top of the page: to the lesson that was open last, or, where that is done, to the next that is not.
 * @type {(cards: Card[], done: number) => void}
 */
function goOn(cards, done) {
  const { last } = load();
  /** @type {HTMLAnchorElement | null} */
  const link = document.querySelector("a.continue");
  if (!link || !cards.length) return;
  link.dataset.start ??= link.textContent;
  link.dataset.href ??= link.getAttribute("href") ?? "";
  link.nextElementSibling?.remove();
  const at = cards.findIndex(({ name }) => name === last?.lesson);
  const next = cards[at]?.state === "begun"
    ? cards[at]
    : [...cards.slice(at + 1), ...cards].find(({ state }) => state !== "done");
  link.setAttribute("href", next && at >= 0 ? next.link.href : link.dataset.href);
  if (at < 0) {
    link.textContent = link.dataset.start;
    return;
  }
  const count = { href: "#your-progress", class: "continue__count" };
  link.after(" ", element("a", count, `${done} of ${cards.length} lessons done`));
  if (!next) link.textContent = "You have done every lesson: start again";
  else if (next !== cards[at]) link.textContent = `Continue with ${next.link.textContent}`;
  else if (!last?.place || !last.heading) link.textContent = `Continue where you were: ${next.link.textContent}`;
  else {
    link.hash = last.place;
    link.textContent = `Continue where you were: ${next.link.textContent}, “${last.heading}”`;
  }
}

/** @param {HTMLElement} panel */
function show(panel) {
  const found = cards();
  const done = found.filter(({ state }) => state === "done").length;
  const begun = found.filter(({ state }) => state === "begun").length;
  const bar = panel.querySelector("progress"), count = panel.querySelector(".progress__count");
  if (!bar || !count) return; // nothing is kept
  [bar.max, bar.value] = [found.length, done];
  const exercises = Object.keys(solved(SOLVED)).length;
  const beside = exercises ? ` ${exercises} exercise${exercises === 1 ? "" : "s"} solved in the pages.` : "";
  count.textContent = `${done} of ${found.length} lessons done${begun ? `, ${begun} more begun` : ""}.${beside}`;
  goOn(found, done);
}

/** @type {(text: string, act: () => void) => HTMLButtonElement} */
function button(text, act) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
}

/** @param {HTMLElement} panel */
export function offer(panel) {
  panel.hidden = false;
  const full = element("p", {}, NO_ROOM);
  full.hidden = hasRoom();
  if (!store || !full.hidden && !store.length) { // an old Safari's private window: all is there, with room for nothing
    panel.replaceChildren(element("p", {}, BLOCKED));
    return;
  }
  const count = element("p", { class: "progress__count", id: "progress-count" });
  const bar = element("progress", { value: 0, max: 1, "aria-labelledby": count.id });
  const status = element("p", { class: "progress__said", role: "status" });
  const file = element("input", { type: "file", accept: ".json,application/json", "aria-label": "Progress file" });
  file.hidden = true;
  /** @param {string} text */
  const tell = (text) => {
    status.textContent = text;
    full.hidden = hasRoom();
    show(panel);
  };
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    const said = chosen && await take(chosen);
    await followMoved(); // the file may be older than an address
    if (said) tell(said);
    file.value = ""; // so that the same file can be chosen again
  });
  const buttons = [
    button("Save as a file", () => tell(save())),
    button("Load a file", () => file.click()),
    button("Forget everything", () => {
      if (!confirm("Forget what you have read, answered and changed in this course, in this browser?")) return;
      forget();
      tell("Forgotten: this browser knows nothing of your progress any more.");
    }),
  ];
  panel.replaceChildren(count, bar, full, element("p", { class: "progress__buttons" }, ...buttons, file), status);
  show(panel);
}

const again = () => {
  /** @type {HTMLElement | null} */
  const panel = document.querySelector(".progress");
  if (panel) show(panel);
};
addEventListener("storage", again); // another tab
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) again();
});
