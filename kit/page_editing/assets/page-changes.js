// From one state of a page's text to another: only what differs is changed in the page that is open, so that whatever the
// reader has opened, focused or typed there stays. Scripts have put more into that page than its HTML has: what belongs
// to what is found by going along both, and what is only in the page is left alone.

const WHOLE = ".output, .not-run, figure, details.quiz"; // what scripts may have taken over: replaced as a whole
const INLINE = "a, abbr, b, code, del, em, i, img, ins, kbd, mark, q, s, samp, small, span, strong, sub, sup, var";

const WORD = /[−-]?\d[\d.,]*\d|\w+|[^\s\w]/gu; // a number is one

/** @typedef {[Node | null, Node | null]} Pair what was, and what is now */

/** @type {(node: Node | null) => node is Element} */
const isElement = (node) => node?.nodeType === Node.ELEMENT_NODE;

/** @type {(node: Node) => boolean} */
const isKept = (node) => isElement(node) && node.matches(".snippet, .take-away"); // with whatever the reader did there

/** @type {(node: Node) => string} */
const kind = (node) => isElement(node) ? [node.nodeName, node.id, node.className].join(" ") : node.nodeName;

/** @type {(node: Node) => string} */
const text = (node) => isElement(node) ? node.outerHTML : `${node.nodeName} ${node.nodeValue}`;

/**
 * Which children were which: the longest common order, in which equal ones count for more than those of one kind.
 * @type {(old: Node, now: Node) => Pair[]}
 */
export function pairs(old, now) {
  const before = [...old.childNodes], after = [...now.childNodes];
  const had = before.map(text), has = after.map(text);
  let first = 0, last = 0;
  while (first < Math.min(had.length, has.length) && had[first] === has[first]) first++;
  while (last < Math.min(had.length, has.length) - first && had.at(-1 - last) === has.at(-1 - last)) last++;
  const rows = before.length - last, columns = after.length - last;
  const worth = Array.from({ length: rows + 1 }, () => new Array(columns + 1).fill(0));
  /** @type {(i: number, j: number) => number} */
  const alike = (i, j) => had[i] === has[j] ? 3 : kind(before[i]) === kind(after[j]) ? 2 : 0;
  for (let i = rows - 1; i >= first; i--) {
    for (let j = columns - 1; j >= first; j--) {
      const both = alike(i, j);
      worth[i][j] = Math.max(worth[i + 1][j], worth[i][j + 1], both && both + worth[i + 1][j + 1]);
    }
  }
  /** @type {Pair[]} */
  const found = before.slice(0, first).map((node, at) => [node, after[at]]);
  for (let i = first, j = first; i < rows || j < columns;) {
    const both = i < rows && j < columns && alike(i, j);
    if (both && worth[i][j] === both + worth[i + 1][j + 1]) found.push([before[i++], after[j++]]);
    else if (i < rows && (j === columns || worth[i + 1][j] >= worth[i][j + 1])) found.push([before[i++], null]);
    else found.push([null, after[j++]]);
  }
  return [...found, ...before.slice(rows).map((node, at) => /** @type {Pair} */ ([node, after[columns + at]]))];
}

/**
 * Where a node of the text stands in the page, if it stands there.
 * @type {(node: Node, shown: Node) => Node | null}
 */
function stands(node, shown) {
  if (!isElement(node)) return shown.nodeType === node.nodeType && shown.nodeValue === node.nodeValue ? shown : null;
  if (!isElement(shown)) return null;
  if (node.nodeName === "TABLE" && shown.matches(".md-typeset__scrollwrap")) return shown.querySelector("table");
  const fits = node.nodeName === shown.nodeName && (!node.id || node.id === shown.id) &&
    [...node.classList].every((name) => shown.classList.contains(name));
  return fits ? shown : null;
}

/**
 * Where the children of a node of the text stand in the page.
 * @type {(parent: Node, shown: Node) => Map<Node, Node>}
 */
function places(parent, shown) {
  const found = new Map(), there = [...shown.childNodes];
  let from = 0;
  for (const node of parent.childNodes) {
    for (let at = from; at < there.length; at++) {
      const place = stands(node, there[at]);
      if (!place) continue;
      found.set(node, place);
      from = at + 1;
      break;
    }
  }
  return found;
}

/** @type {(node: Node, parent: Node) => ChildNode} */
function childOf(node, parent) {
  while (node.parentNode && node.parentNode !== parent) node = node.parentNode;
  return /** @type {ChildNode} */ (node);
}

/**
 * Bring a part of the page from one state to another; the elements that are new in it.
 * @type {(old: Element, now: Element, shown: Element) => Element[]}
 */
export function change(old, now, shown) {
  if (old.isEqualNode(now)) return [];
  for (const { name } of old.attributes) if (!now.hasAttribute(name)) shown.removeAttribute(name);
  for (const { name, value } of now.attributes) {
    if (name === "class") shown.classList.add(...now.classList);
    else if (old.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  const found = pairs(old, now), place = places(old, shown);
  const lost = found.some(([was, is]) => was && !(is && was.isEqualNode(is)) && !place.has(was) && !isKept(was));
  if (lost && !shown.querySelector(`${WHOLE}, .snippet`)) {
    shown.replaceChildren(...[...now.childNodes].map((node) => document.importNode(node, true)));
    return [];
  }
  /** @type {Element[]} */
  const fresh = [];
  /** @type {(node: Node) => ChildNode} */
  const made = (node) => {
    const copy = /** @type {ChildNode} */ (document.importNode(node, true));
    if (isElement(copy)) fresh.push(copy);
    return copy;
  };
  /** @type {ChildNode | null} */
  let last = null;
  for (const [was, is] of found) {
    const there = was && place.get(was);
    if (was && is) {
      if (!there) continue;
      last = childOf(there, shown);
      if (was.isEqualNode(is)) continue;
      if (!isElement(was) || !isElement(is) || !isElement(there)) there.nodeValue = is.nodeValue;
      else if (isKept(is)) caption(is, there);
      else if (is.matches(WHOLE)) last.replaceWith(last = made(is));
      else fresh.push(...change(was, is, there));
    } else if (is) {
      const node = made(is);
      if (last) last.after(node);
      else shown.prepend(node);
      last = node;
    } else if (there) childOf(there, shown).remove();
  }
  return fresh;
}

/** @type {(now: Element, shown: Element) => void} */
function caption(now, shown) {
  const title = now.querySelector(":scope > .filename"), own = shown.querySelector(":scope > .filename");
  if (title && own && own.textContent !== title.textContent) own.textContent = title.textContent;
}

/**
 * The smallest parts of the page whose text is another than once: each with what it was, if it was there.
 * @type {(once: Element, now: Element, shown: Element) => [Element, Element | null][]}
 */
export function differing(once, now, shown) {
  if (once.isEqualNode(now)) return [];
  const place = places(now, shown);
  /** @type {[Element, Element | null][]} */
  const found = [];
  let own = false;
  for (const [was, is] of pairs(once, now)) {
    if (!is || was?.isEqualNode(is) || isKept(is) || (isElement(is) && is.matches("details.quiz"))) continue;
    const there = place.get(is);
    if (!isElement(is) ? is.nodeValue?.trim() : is.matches(INLINE)) own = true;
    else if (!isElement(is) || !isElement(there ?? null)) continue;
    else if (!isElement(was) || is.matches(WHOLE)) {
      found.push([/** @type {Element} */ (there), isElement(was) ? was : null]);
    } else found.push(...differing(was, is, /** @type {Element} */ (there)));
  }
  return own ? [[shown, once], ...found] : found;
}

/**
 * The words of a text that another, earlier one has not: from and to which character they go.
 * @type {(once: string, now: string) => [number, number][]}
 */
export function otherWords(once, now) {
  const before = once.match(WORD) ?? [];
  const after = [...now.matchAll(WORD)];
  const same = before.length === after.length;
  let first = 0, last = 0;
  while (first < after.length && before[first] === after[first][0]) first++;
  while (last < after.length - first && before.at(-1 - last) === after.at(-1 - last)?.[0]) last++;
  return after.slice(first, after.length - last)
    .filter((word, at) => !same || before[first + at] !== word[0])
    .map((word) => [word.index, word.index + word[0].length]);
}
