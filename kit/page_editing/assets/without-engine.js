// Where nothing runs what a reader changes: how to do the exercises all the same, each with the lines that it needs.
import { source } from "./copy-code.js";
import { element } from "./element.js";

/**
 * The lines that an exercise needs, and its own: its block of code names them as 0:2-5, by snippet.
 * @type {(blocks: Element[], block: HTMLElement) => string}
 */
export function withNeeds(blocks, block) {
  /** @type {Map<string, string[]>} */
  const lines = new Map();
  for (const [, number, first, last] of (block.dataset.needs ?? "").matchAll(/(\d+):(\d+)-(\d+)/g)) {
    const taken = source(blocks[Number(number)]).split("\n").slice(Number(first) - 1, Number(last));
    lines.set(number, [...lines.get(number) ?? [], ...taken]);
  }
  return `${[...[...lines.values()].map((taken) => taken.join("\n")), source(block)].join("\n\n")}\n`;
}

/** Two ways to run what was copied. @param {Element} article */
function ways(article) {
  const wheel = article.querySelector(".take-away[data-wheel]")?.getAttribute("data-wheel");
  const repository = document.querySelector("a.md-source")?.getAttribute("href");
  /** @type {(text: string) => HTMLElement} */
  const code = (text) => element("code", {}, text);
  const course = repository
    ? element("a", { href: repository }, "this course's repository")
    : "this course's repository";
  const here = ["To do the exercises right here, in the page: get ", course, " and run ", code("make serve"), ". "];
  const install = wheel ? ["with ", code(`pip install ${new URL(wheel, location.href)}`), " "] : [];
  const own = ["Or in a Python of your own, ", ...install, "and the button under each that copies what it needs."];
  return element("p", { class: "page-editing__ways" }, ...here, ...own);
}

/** @type {(article: Element, names: import("./page-editing.js").Names) => void} */
export function offer(article, { unsolved }) {
  const blocks = [...article.querySelectorAll(".snippet")];
  const exercises = /** @type {HTMLElement[]} */ (blocks.filter((block) => block.matches(`.${unsolved}[data-needs]`)));
  for (const block of exercises) {
    if (block.querySelector(".page-editing__needs")) continue;
    const button = element("button", { type: "button" }, "Copy what this exercise needs");
    // Material copies what stands in this attribute, and says so.
    button.addEventListener("click", () => {
      button.dataset.clipboardText = withNeeds(blocks, block);
    });
    block.append(element("div", { class: "page-editing__needs" }, button));
  }
  if (!exercises.length || article.querySelector(".page-editing__ways")) return;
  let above = /** @type {Element | null} */ (exercises[0]);
  while (above && !above.matches("h2")) above = above.previousElementSibling;
  above?.after(ways(article));
}
