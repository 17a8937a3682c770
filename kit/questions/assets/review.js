// The review: brings back the questions that are due, one after the other, out of their lessons.
import { day } from "./answers.js";
import { element } from "./element.js";
import { placesOf } from "./left-page.js";
import { ask } from "./question.js";

/** @typedef {{ question: HTMLDetailsElement, url: URL, title: string }} Taken with its lesson's title and address */

/** @type {(count: number, what: string) => string} */
const some = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** @type {(date: string) => string} */
const written = (date) =>
  new Date(`${date}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

/**
 * What waits, and until when.
 * @param {import("./answers.js").Answers} answers
 */
function waiting(answers) {
  const dates = Object.values(answers.all()).map(({ due }) => due).filter((date) => date > day()).sort();
  if (!dates.length) return [];
  const lines = [...new Set(dates)].map((date) =>
    element("li", {}, `${dates.filter((other) => other === date).length} until ${written(date)}`)
  );
  const heading = `${some(dates.length, "question")} ${dates.length === 1 ? "waits" : "wait"}:`;
  return [element("p", {}, heading), element("ul", {}, ...lines)];
}

/** @type {Map<string, Document>} */
const lessons = new Map(); // that were fetched, by address

/**
 * A lesson; nothing where there is none any more.
 * @param {URL} url
 */
async function fetched({ href }) {
  const address = href.replace(/#.*/, "");
  let lesson = lessons.get(address);
  if (!lesson) {
    const response = await fetch(address);
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    lesson = new DOMParser().parseFromString(await response.text(), "text/html");
    lessons.set(address, lesson);
  }
  return lesson;
}

/**
 * Where a question is now, if its page has moved: the page that is left there says so.
 * @param {URL} url
 */
async function moved(url) {
  const left = await fetched(url);
  const places = left && placesOf(left, url);
  return places ? new URL(url.hash, places.parts[url.hash.slice(1)] ?? places.whole) : url;
}

/**
 * A question, out of its lesson; nothing where it exists no longer.
 * @param {string} key
 * @param {URL} site
 * @returns {Promise<Taken | null>}
 */
async function take(key, site) {
  if (!new URL(key, site).href.startsWith(site.href)) return null;
  const url = await moved(new URL(key, site));
  const lesson = await fetched(url);
  const found = lesson?.getElementById(url.hash.slice(1));
  // A page without any question may be a server's excuse, and says nothing about what exists.
  if (!found && lesson && !lesson.querySelector("[data-quiz]")) throw new Error(`${url}: not a lesson`);
  if (!lesson || !(found instanceof HTMLDetailsElement && found.matches(".quiz"))) return null;
  const question = document.importNode(found, true);
  question.open = true;
  for (const attribute of ["href", "src"]) {
    for (const linked of question.querySelectorAll(`[${attribute}]`)) {
      linked.setAttribute(attribute, new URL(linked.getAttribute(attribute) ?? "", url).href);
    }
  }
  return { question, url, title: lesson.querySelector("h1")?.firstChild?.textContent?.trim() || lesson.title };
}

/** @type {(root: Element, site: URL, answers: import("./answers.js").Answers) => void} */
export function begin(root, site, answers) {
  const status = element("p", { class: "review__status", role: "status", tabindex: -1 });
  const stage = element("div");
  const next = element("button", { type: "button", class: "quiz__button" }, "Next question");
  const rest = element("div");
  const again = element("button", { type: "button", class: "quiz__button" }, "Forget all answers and start again");
  const practise = element("button", { type: "button", class: "quiz__button" }, "Practise all the same");
  let queue = answers.due();
  let practising = false;
  let unreached = 0;

  /** @param {boolean} moved whether the reader has asked for it */
  async function show(moved) {
    stage.replaceChildren();
    rest.replaceChildren();
    next.hidden = true;
    again.hidden = true;
    practise.hidden = true;
    /** @type {Taken | null} */
    let taken = null;
    while (!taken && queue.length) {
      try {
        taken = await take(queue[0], site);
        if (taken) follow(taken.url);
        else answers.forget(queue[0]);
      } catch {
        unreached += 1;
      }
      if (!taken) queue.shift();
    }
    if (taken) put(taken);
    else end();
    again.hidden = !Object.keys(answers.all()).length;
    practise.hidden = again.hidden || taken !== null;
    if (moved) (stage.querySelector("summary") ?? status).focus();
  }

  /**
   * Keep a question's record under its address of today.
   * @param {URL} url
   */
  function follow(url) {
    const [key] = queue, now = url.href.slice(site.href.length);
    if (now === key) return;
    answers.move(key, now);
    queue = [now, ...queue.slice(1).filter((other) => other !== now)];
  }

  /** @param {Taken} taken */
  function put({ question, url, title }) {
    const key = queue[0];
    status.replaceChildren(
      practising
        ? `${some(queue.length, "question")} to practise. This one is from `
        : queue.length === 1
        ? "One question is due, from "
        : `${queue.length} questions are due. This one is from `,
      element("a", { href: url.href }, title),
      ".",
    );
    stage.append(question);
    ask(question, key, answers, (right) => {
      const others = queue.filter((other) => other !== key);
      queue = right ? [key, ...others] : [key, ...others, key]; // what was missed comes again at the end
      next.textContent = queue.length > 1 ? "Next question" : "Finish";
      next.hidden = false;
    });
  }

  function end() {
    const lines = [
      unreached
        ? `${some(unreached, "question")} could not be fetched just now. Come back when you are connected.`
        : Object.keys(answers.all()).length
        ? "Nothing is due."
        : "Nothing is due: you have not answered a question yet. There are some at the end of each lesson.",
    ];
    if (!answers.kept) {
      lines.push("This browser keeps nothing for this site, so what you answer is forgotten when you leave.");
    }
    status.replaceChildren(lines.join(" "));
    rest.replaceChildren(...waiting(answers));
  }

  next.addEventListener("click", () => {
    queue.shift();
    show(true);
  });
  practise.addEventListener("click", () => {
    queue = answers.every();
    practising = true;
    unreached = 0;
    show(true);
  });
  again.addEventListener("click", () => {
    const count = some(Object.keys(answers.all()).length, "question");
    if (!confirm(`Forget what you answered to ${count}?`)) return;
    answers.forgetAll();
    queue = [];
    practising = false;
    unreached = 0;
    show(true);
  });
  root.replaceChildren(status, stage, next, rest, practise, again);
  show(false);
}
