// A second copy button on each snippet but the first: it copies the program up to there, without what the page put in.
import { element } from "./element.js";

const NOT_COMPILED = /^(Syntax|Indentation|Tab)Error$/;
const MARKER = /[ \t]*(#[ \t]*(\(\d+\)!?)?)?[ \t]*$/gm; // of a code annotation, and what Material leaves of it

/** @param {Element} snippet */
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
 * The row of Material's own buttons on a block of code, or one like it.
 * @param {Element} pre
 */
export function row(pre) {
  const own = pre.querySelector(".md-code__nav");
  if (own) return own;
  const made = element("nav", { class: "md-code__nav", role: "none" });
  pre.prepend(made);
  return made;
}

/** @param {Element[]} snippets */
export function offerCopies(snippets) {
  snippets.forEach((snippet, at) => {
    const pre = snippet.querySelector("pre:has(> code)");
    if (!at || !pre || pre.querySelector(".take-away__copy")) return;
    const name = "Copy with everything above";
    const button = element("button", { type: "button", class: "take-away__copy", title: name, "aria-label": name });
    // Material copies what stands in this attribute, and says so. It is written only now, since it may be long.
    button.addEventListener("click", () => {
      button.dataset.clipboardText = program(snippets, at);
    });
    row(pre).prepend(button);
  });
}
