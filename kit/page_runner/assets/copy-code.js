// A copy button on each block of code, and a second one on each snippet but the first: it copies the program up to there.
// Neither copies what the page has put in.
import { element } from "./element.js";

const NOT_COMPILED = /^(Syntax|Indentation|Tab)Error$/;
const MARKER = /[ \t]*(#[ \t]*(\(\d+\)!?)?)?[ \t]*$/gm; // of a code annotation, and what Material leaves of it

/** @param {Element} snippet its code, or the block around it */
export function source(snippet) {
  const code = /** @type {Element} */ (snippet.querySelector("pre > code")?.cloneNode(true));
  const annotated = code.querySelector(".md-annotation") || hasNotes(snippet);
  for (const added of code.querySelectorAll(".md-annotation, .md-code__nav, .linenos")) added.remove();
  const text = code.textContent.trimEnd();
  return annotated ? text.replace(MARKER, "") : text;
}

/**
 * Whether the list that explains a snippet's annotations stands right under it.
 * @param {Element} snippet
 */
function hasNotes(snippet) {
  const next = (snippet.closest("details.code") ?? snippet).nextElementSibling;
  return Boolean(next?.matches("ol")) && /#.*\(\d+\)/.test(snippet.textContent);
}

/**
 * A snippet as it stands above another one: an error on purpose must not end the program.
 * @param {Element} snippet
 */
function survived(snippet) {
  const error = [...snippet.classList].find((name) => name.startsWith("raises-"))?.slice("raises-".length);
  const lines = source(snippet).split("\n");
  if (!error) return lines.join("\n");
  if (NOT_COMPILED.test(error)) return [`# This raises ${error}:`, ...lines.map((line) => `# ${line}`)].join("\n");
  const indented = lines.map((line) => line && `    ${line}`);
  // A name that no lesson uses: Python forgets it after the clause.
  const caught = [
    "except Exception as expected_error:",
    '    print(f"{type(expected_error).__name__}: {expected_error}")',
  ];
  return ["try:", ...indented, ...caught].join("\n");
}

/** @type {(snippets: Element[], last: number) => string} */
export function program(snippets, last) {
  return [...snippets.slice(0, last).map(survived), source(snippets[last])].join("\n\n") + "\n";
}

/**
 * The row of buttons on a block of code.
 * @param {Element} pre
 */
export function row(pre) {
  const own = pre.querySelector(".md-code__nav");
  if (own) return own;
  const made = element("div", { class: "md-code__nav" });
  pre.append(made);
  return made;
}

/**
 * The buttons of a block of code. Where Material has its own there, only the second is missing.
 * @type {(pre: Element, all: Element[]) => void}
 */
function offer(pre, all) {
  const block = pre.closest(".snippet") ?? pre, at = all.indexOf(block), place = row(pre);
  /** @type {(name: string, className: string, text: () => string) => HTMLElement} */
  const button = (name, className, text) => {
    const made = element("button", { type: "button", class: className, title: name, "aria-label": name });
    // Material copies what stands in this attribute, and says so. It is written only now, since it may be long.
    made.addEventListener("click", () => {
      made.dataset.clipboardText = text();
    });
    return made;
  };
  if (!place.querySelector(".md-code__button")) {
    const copy = button("Copy to clipboard", "md-code__button", () => source(block));
    copy.dataset.mdType = "copy"; // its drawing
    place.append(copy);
  }
  if (at > 0) {
    place.prepend(button("Copy with everything above", "code-button take-away__copy", () => program(all, at)));
  }
}

/**
 * Offer the buttons on blocks of code as they near the screen: on a long page there are hundreds.
 * @param {Element} article
 */
export function offerCopies(article) {
  const snippets = [...article.querySelectorAll(".snippet")];
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      offer(target, snippets);
    }
  }, { rootMargin: "100%" });
  for (const code of article.querySelectorAll("pre > code")) near.observe(/** @type {Element} */ (code.parentElement));
}
