// Many pages as one document: fetched from this site, set one after the other, and printed. The reader's button takes the
// lessons, and `tools/course_pdf.py` nearly all pages.
import { element } from "./element.js";

const LESSONS = new URL("../lessons/", import.meta.url).href; // this file lies in the site's assets/
const LEFT_OUT = ".take-away, .headerlink, .done, .md-source-file, .md-nav, script, noscript, .quiz__form, [hidden]";
const NAMES = ["id", "for", "name", "aria-labelledby", "aria-describedby", "aria-controls"]; // what has or takes names

/** The lessons' addresses, in the order of the menu. */
function lessons() {
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll(".md-nav--primary a[href]");
  const addresses = [...links].map(({ href }) => href.split("#")[0]).filter((href) => href.startsWith(LESSONS));
  return [...new Set(addresses)];
}

/**
 * Where a fold stands: its section, and the number of its exercise.
 * @type {(fold: Element) => string}
 */
function place(fold) {
  let number = "";
  for (let before = fold.previousElementSibling; before; before = before.previousElementSibling) {
    const words = before.textContent?.trim() ?? "";
    if (/^H[2-6]$/.test(before.tagName)) return number ? `${words}, ${number}` : words;
    if (before.querySelector(":scope > strong:first-child")) number ||= /^\d+(?=\.)/.exec(words)?.[0] ?? "";
  }
  return "";
}

/**
 * On paper all tabs of a set are seen, one after the other, each below its name.
 * @type {(article: Element) => void}
 */
function spreadTabs(article) {
  for (const set of article.querySelectorAll(".tabbed-set")) {
    const names = set.querySelectorAll(":scope > .tabbed-labels > label");
    for (const [at, block] of set.querySelectorAll(":scope > .tabbed-content > .tabbed-block").entries()) {
      const name = element("p", {}, element("strong", {}, ...names[at].childNodes));
      set.before(element("div", { class: "whole-course__tab" }, name, ...block.childNodes));
    }
    set.remove();
  }
}

/**
 * On paper nothing can be folded: solutions, and answers to questions, stand at the end of their page.
 * @type {(article: Element) => void}
 */
function answersLast(article) {
  const folds = [...article.querySelectorAll("details.success, details.quiz")];
  if (!folds.length) return;
  const last = element("div", { class: "whole-course__answers" }, element("h2", {}, "Solutions and answers"));
  let questions = 0;
  for (const [number, fold] of folds.entries()) {
    const [summary, ...inside] = fold.children, id = `answer-${number}`;
    const back = element("a", { href: `#to-${id}` }), head = element("p", { id }, element("strong", {}, back));
    if (fold.matches(".quiz")) {
      back.append(`Question ${questions += 1}`);
      const choices = [...fold.querySelectorAll(".quiz__choice[data-quiz-is] > .quiz__text")];
      const list = choices.map((choice) => element("li", {}, ...choice.cloneNode(true).childNodes));
      const there = element("a", { href: `#${id}`, id: `to-${id}` }, `Question ${questions}.`);
      const asked = element("p", {}, element("strong", {}, there), " ", ...summary.childNodes);
      fold.before(element("div", { class: "whole-course__question", id: fold.id }, asked, element("ul", {}, ...list)));
    } else {
      back.append(place(fold) || "Solution");
      const there = element("a", { href: `#${id}`, id: `to-${id}` }, "The solution stands at the end of these pages.");
      fold.before(element("p", { class: "whole-course__later" }, there));
    }
    last.append(head, ...inside);
    fold.remove();
  }
  const end = article.querySelector(".provenance");
  if (end) end.before(last);
  else article.append(last);
}

/**
 * A name is given once in a document: each page puts its number before its own.
 * @type {(article: Element, before: string) => void}
 */
function rename(article, before) {
  for (const named of article.querySelectorAll("*")) {
    for (const { name, value } of [...named.attributes]) {
      if (NAMES.includes(name)) {
        named.setAttribute(name, value.split(" ").map((word) => before + word).join(" "));
      } else if (name.endsWith("href") && !named.matches("a") && value.startsWith("#")) {
        named.setAttribute(name, `#${before}${value.slice(1)}`);
      } else if (value.includes("url(#")) {
        named.setAttribute(name, value.replaceAll("url(#", `url(#${before}`));
      }
    }
  }
}

/**
 * Links lead where they led from the page; to another page of these, within the document. Its style sheet comes along.
 * @type {(article: Element, address: string, canonical: string, all: string[]) => void}
 */
function relink(article, address, canonical, all) {
  for (const sheet of article.querySelectorAll("link[href]")) {
    sheet.setAttribute("href", new URL(sheet.getAttribute("href") ?? "", address).href);
  }
  for (const link of article.querySelectorAll("a[href]")) {
    const href = link.getAttribute("href") ?? "", target = new URL(href, address);
    const at = all.indexOf(target.href.split("#")[0]);
    link.setAttribute("href", at < 0 ? new URL(href, canonical).href : `#${at}-${target.hash.slice(1)}`);
  }
}

/** @type {(address: string, number: number, all: string[]) => Promise<HTMLElement>} */
async function section(address, number, all) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const article = page.querySelector("article");
  if (!article) throw new Error(`${address}: no page`);
  for (const part of article.querySelectorAll(LEFT_OUT)) part.remove();
  spreadTabs(article);
  answersLast(article);
  for (const details of article.querySelectorAll("details")) details.open = true;
  rename(article, `${number}-`);
  /** @type {HTMLLinkElement | null} */
  const canonical = page.querySelector("link[rel=canonical]");
  relink(article, address, canonical?.href ?? address, all);
  return element("section", { class: "whole-course__lesson", id: `${number}-` }, ...article.childNodes);
}

/**
 * The pages at these addresses, each as a section of one document; `say` hears before each which one comes.
 * @param {string[]} all
 * @param {(number: number) => void} say
 */
export async function together(all, say = () => {}) {
  const sections = [];
  for (const [number, address] of all.entries()) {
    say(number);
    sections.push(await section(address, number, all));
  }
  return sections;
}

/** @type {(figure: HTMLElement) => void} */
export function enliven(figure) {
  const button = element("button", { type: "button" }, "Put all lessons together and print");
  const status = element("p", { role: "status" });
  figure.replaceChildren(button, status);
  button.addEventListener("click", async () => {
    button.disabled = true;
    for (const old of document.querySelectorAll(".whole-course__lesson")) old.remove();
    const all = lessons();
    try {
      const sections = await together(all, (number) => {
        status.textContent = `Lesson ${number + 1} of ${all.length} …`;
      });
      figure.closest("article")?.append(...sections);
      status.textContent = `All ${all.length} lessons stand below.`;
      setTimeout(print, 500); // once they are laid out
    } catch {
      status.textContent = "A lesson could not be fetched. Is there a network? Then try again.";
    }
    button.disabled = false;
  });
}
