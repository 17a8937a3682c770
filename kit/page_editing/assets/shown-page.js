// The page that is open, beside its text as it was built and as it stands there now.
import { change, differing, otherWords } from "./page-changes.js";

const MARK = "page-editing--differs";

/**
 * The pieces that stand under a snippet, and after what they stand.
 * @param {Element} snippet
 */
function outputs(snippet) {
  let above = snippet.closest("details.code") ?? snippet;
  if (above.nextElementSibling?.matches("ol") && /#.*\(\d+\)/.test(snippet.textContent)) {
    above = above.nextElementSibling;
  }
  /** @type {Element[]} */
  const pieces = [];
  for (let next = above.nextElementSibling; next?.matches(".output"); next = next.nextElementSibling) pieces.push(next);
  return { above, pieces };
}

/** @type {(html: string) => Element[]} */
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

/** @type {(page: ParentNode) => Element[]} */
export const snippetsOf = (page) => [...page.querySelectorAll(".snippet")];

/** Material lets wide tables scroll, those that are there when the page opens. @param {Element} part */
function wrapTables(part) {
  for (const table of part.querySelectorAll("table:not([class])")) {
    if (table.closest(".md-typeset__scrollwrap")) continue;
    const wrap = document.createElement("div"), within = document.createElement("div");
    wrap.className = "md-typeset__scrollwrap";
    within.className = "md-typeset__table";
    table.replaceWith(wrap);
    wrap.append(within);
    within.append(table);
  }
}

/** @param {string} css */
function adopt(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}

/**
 * A page's policy lets no style be that stands in the text; what a script says may be.
 * @param {Element} part
 */
function allowStyles(part) {
  for (const styled of [part, ...part.querySelectorAll("[style]")]) {
    const said = styled.getAttribute("style");
    if (said && (styled instanceof HTMLElement || styled instanceof SVGElement)) styled.style.cssText = said;
  }
  for (const style of part.querySelectorAll("style")) adopt(style.textContent);
}

export class ShownPage {
  #article;
  #built;
  #now; // the text of what the article shows

  /**
   * @param {Element} article
   * @param {Element} built its text, as it was built
   */
  constructor(article, built) {
    this.#article = article;
    this.#built = built;
    this.#now = /** @type {Element} */ (built.cloneNode(true));
  }

  /**
   * Set what a snippet gave under it.
   * @type {(number: number, html: string, sheet?: string) => void}
   */
  output(number, html, sheet) {
    if (sheet) adopt(sheet);
    const fresh = parsed(html);
    const [text, page] = [this.#now, this.#article].map((root) => outputs(snippetsOf(root)[number]));
    const same = text.pieces.length === fresh.length && fresh.every((piece, at) => piece.isEqualNode(text.pieces[at]));
    if (same) return;
    for (const [{ above, pieces }, deep] of /** @type {const} */ ([[text, false], [page, true]])) {
      for (const piece of pieces) piece.remove();
      const made = fresh.map((piece) => document.importNode(piece, true));
      above.after(...made);
      if (deep) this.#enliven(made);
    }
  }

  /**
   * Say at a snippet's error in which of its lines it is.
   * @type {(number: number, line: number) => void}
   */
  errorLine(number, line) {
    const error = outputs(snippetsOf(this.#article)[number]).pieces.findLast((piece) =>
      piece.matches(".output--error")
    );
    error?.setAttribute("data-line", String(line));
  }

  /**
   * Become another page.
   * @param {string} html what its article holds
   * @param {string} [sheet] the styles of that, where a policy lets none stand in it
   */
  show(html, sheet) {
    if (sheet) adopt(sheet);
    const now = /** @type {Element} */ (this.#now.cloneNode(false));
    now.innerHTML = html;
    this.#unmark();
    this.#enliven(change(this.#now, now, this.#article));
    this.#now = now;
  }

  /**
   * Mark what is not as it was built; how many outputs that are, and how many other pieces of text.
   */
  mark() {
    this.#unmark();
    const found = differing(this.#built, this.#now, this.#article);
    const words = [];
    let results = 0, sentences = 0;
    for (const [part, once] of found) {
      if (part.matches(".output--not-run")) continue; // it says so itself
      part.classList.add(MARK);
      if (part.matches(".output")) results++;
      else sentences++;
      if (once && !part.matches(".output")) words.push(...rangesOf(part, once));
    }
    if (globalThis.Highlight) CSS.highlights.set(MARK, new Highlight(...words));
    return { outputs: results, sentences };
  }

  #unmark() {
    for (const part of this.#article.querySelectorAll(`.${MARK}`)) part.classList.remove(MARK);
    if (globalThis.Highlight) CSS.highlights.delete(MARK);
  }

  /** @param {Element[]} fresh */
  #enliven(fresh) {
    if (!fresh.length) return;
    for (const part of fresh) {
      allowStyles(part);
      wrapTables(part);
    }
    document.dispatchEvent(new Event("page-changed")); // charts and questions wake
  }
}

/**
 * The places in the page of words that are new in it.
 * @type {(part: Element, once: Element) => Range[]}
 */
function rangesOf(part, once) {
  const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  /** @type {{ node: Node, from: number, to: number }[]} */
  const nodes = [];
  let whole = "";
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const from = whole.length;
    whole += node.nodeValue;
    nodes.push({ node, from, to: whole.length });
  }
  /** @type {(at: number) => [Node, number]} */
  const place = (at) => {
    const { node, from } = nodes.find(({ to }) => at <= to) ?? nodes[nodes.length - 1];
    return [node, at - from];
  };
  return otherWords(once.textContent, whole).map(([from, to]) => {
    const range = document.createRange();
    range.setStart(...place(from));
    range.setEnd(...place(to));
    return range;
  });
}
