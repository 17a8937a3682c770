// What a reader takes along: a lesson on paper, its clean view, and a snippet with everything above it.

const STAYS = "h1, h2, h3, h4, h5, h6, .snippet, summary, .admonition-title, .tabbed-labels, .take-away, input";
const HOLDS = ":is(h1, h2, h3, h4, h5, h6, .snippet)";

/**
 * Everything that is neither a heading nor code, and holds none.
 * @param {Element} root
 * @returns {Iterable<Element>}
 */
function* prose(root) {
  for (const child of root.children) {
    if (child.matches(STAYS)) continue;
    if (child.querySelector(HOLDS)) yield* prose(child);
    else yield child;
  }
}

/** @type {(article: Element, button: HTMLButtonElement) => void} */
function toggleCleanView(article, button) {
  const clean = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(clean));
  const elements = clean ? [...prose(article)] : article.querySelectorAll(".take-away-folded");
  for (const element of elements) element.classList.toggle("take-away-folded", clean);
}

/**
 * Show a button that does nothing without scripts.
 * @type {(button: HTMLButtonElement | null, act: (button: HTMLButtonElement) => void) => void}
 */
function offer(button, act) {
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => act(button));
}

const article = document.querySelector("article");
if (article) {
  offer(article.querySelector("button.take-away__print"), () => print());
  offer(article.querySelector("button.take-away__clean"), (button) => toggleCleanView(article, button));
  if (article.querySelector("pre > code")) import("./copy-code.js").then(({ offerCopies }) => offerCopies(article));
}
