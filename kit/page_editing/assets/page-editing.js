// The code of a page can be changed where it is read, if something is there that runs it: `mkdocs serve` names its engine
// in the page. Elsewhere a reader is told how to do the exercises. What either needs is fetched where there are snippets.
// This script's address names the key under which the browser keeps edits, and the error that an exercise raises until it
// is solved: page-editing.js?store=key&unsolved=NotYet.

const SITE = new URL("..", import.meta.url); // this file lies in its assets/
const NAMED = new URL(import.meta.url).searchParams;
const STORE = NAMED.get("store") ?? `${SITE.pathname}edits`;

/**
 * @typedef {object} Settings of an engine
 * @property {string} engine "server", or "worker" where the page's program runs in the browser
 * @property {string} run the server's address
 * @property {string} token which it asks for
 * @property {string} page its address below the site's root
 * @property {string} made_from a hash of its code
 * @property {number} [size] of what a browser fetches for it, in bytes
 * @property {number} [digits] how many numbers differ there by one in their last digit
 */

/** @typedef {{ store: string, unsolved: string }} Names that the site has chosen */

/** @type {Names} */
const NAMES = { store: STORE, unsolved: `raises-${NAMED.get("unsolved") ?? "NotYet"}` };

/** @returns {Settings | null} */
function settings() {
  const named = document.querySelector("meta[name=page-editing]")?.getAttribute("content") ??
    document.querySelector("script#page-editing")?.textContent;
  return named ? JSON.parse(named) : null;
}

/**
 * What runs the code: a server, or the reader's own browser.
 * @param {Settings} settings
 * @returns {Promise<import("./server-engine.js").Engine>}
 */
async function engineOf(settings) {
  if (settings.engine === "server") return (await import("./server-engine.js")).serverEngine(settings);
  return (await import("./worker-engine.js")).workerEngine(SITE);
}

/** The style of what these scripts put into a page, once it is there. */
function styled() {
  const link = document.createElement("link");
  [link.rel, link.href] = ["stylesheet", new URL("./page-editing.css", import.meta.url).href];
  document.head.append(link);
  return new Promise((resolve) => link.onload = link.onerror = resolve);
}

const article = document.querySelector("article"), review = document.querySelector(".review");
if (review) import("./review-exercises.js").then(({ list }) => list(review, SITE, STORE));
const named = article?.querySelector(".snippet") && settings();
if (article && named) {
  const [{ begin }, engine] = await Promise.all([import("./editing.js"), engineOf(named), styled()]);
  begin(article, named, engine, NAMES);
} else if (article?.querySelector(".snippet[data-needs]")) {
  const [{ offer }] = await Promise.all([import("./without-engine.js"), styled()]);
  offer(article, NAMES);
}
