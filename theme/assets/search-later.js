// The search index is larger than any page. It is fetched when somebody turns to the search, not with the first visit.
const { open, send } = XMLHttpRequest.prototype;
/** @type {WeakSet<XMLHttpRequest>} */
const later = new WeakSet();
/** @type {Promise<void>} */
const wanted = new Promise((resolve) => {
  if (/[?&][qh]=/.test(location.search)) resolve(); // a link to a search, or from one
  for (const kind of ["focusin", "pointerover", "touchstart"]) {
    addEventListener(kind, ({ target }) => {
      if (target instanceof Element && target.closest(".md-search, [for=__search]")) resolve();
    }, { passive: true });
  }
});
XMLHttpRequest.prototype.open = function (/** @type {unknown[]} */ ...given) {
  if (String(given[1]).endsWith("/search/search_index.json")) later.add(this);
  else later.delete(this);
  return Reflect.apply(open, this, given);
};
/** @type {(this: XMLHttpRequest, body?: XMLHttpRequestBodyInit | null) => void} */
XMLHttpRequest.prototype.send = function (body) {
  if (later.has(this)) wanted.then(() => send.call(this, body));
  else send.call(this, body);
};

/**
 * An error message that is pasted into the search is words to look for. Material would take some of its punctuation
 * for operators, and every word for the beginning of one, so that "to" finds "tolist" and "torch".
 * @param {string} query
 */
function words(query) {
  const found = query.match(/[\p{L}\p{N}_]+(?:['’][\p{L}\p{N}_]+)*/gu) ?? [];
  if (found.length < 5) return query;
  const telling = found.filter((word) => word.length > 1 && !/^\d+(?:x\d+)*$/.test(word)); // numbers differ each time
  return [...new Set(telling)].map((word) => `${word}^1`).join(" "); // the whole word, with the weight of one
}

/** @type {(message: unknown) => message is { type: number, data: string }} */
const isQuery = (message) =>
  typeof message === "object" && message !== null && "type" in message && message.type === 2 &&
  "data" in message && typeof message.data === "string";

const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (/** @type {unknown} */ message, /** @type {unknown[]} */ ...rest) {
  return Reflect.apply(postMessage, this, [
    isQuery(message) ? { ...message, data: words(message.data) } : message,
    ...rest,
  ]);
};

/** @type {(target: EventTarget | null) => target is HTMLInputElement} */
const isSearch = (target) => target instanceof HTMLInputElement && target.matches(".md-search__input");
// Material looks at the field when a key is released: pasting with the pointer releases none.
addEventListener("input", ({ target }) => {
  if (isSearch(target)) target.dispatchEvent(new Event("keyup"));
});
// Of a whole traceback the last line counts.
addEventListener("paste", (event) => {
  const { target } = event;
  const lines = event.clipboardData?.getData("text").trim().split(/\s*\n\s*/) ?? [];
  if (!isSearch(target) || lines.length < 2) return;
  event.preventDefault();
  target.setRangeText(lines[lines.length - 1], target.selectionStart ?? 0, target.selectionEnd ?? 0, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
});
