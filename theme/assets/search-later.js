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
