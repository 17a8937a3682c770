// The search index is larger than any page. It is fetched when somebody turns to the search, not with the first visit.
const { open, send } = XMLHttpRequest.prototype;
const wanted = new Promise((resolve) => {
  if (/[?&][qh]=/.test(location.search)) resolve(); // a link to a search, or from one
  for (const kind of ["focusin", "pointerover", "touchstart"]) {
    addEventListener(kind, ({ target }) => target.closest?.(".md-search, [for=__search]") && resolve(), {
      passive: true,
    });
  }
});
XMLHttpRequest.prototype.open = function (method, url, ...rest) {
  this.later = String(url).endsWith("/search/search_index.json");
  return open.call(this, method, url, ...rest);
};
XMLHttpRequest.prototype.send = function (body) {
  if (this.later) wanted.then(() => send.call(this, body));
  else send.call(this, body);
};

// An error message that is pasted into the search is words to look for. Material would take some of its punctuation
// for operators, and every word for the beginning of one, so that "to" finds "tolist" and "torch".
function words(query) {
  const found = query.match(/[\p{L}\p{N}_]+(?:['’][\p{L}\p{N}_]+)*/gu) ?? [];
  if (found.length < 5) return query;
  const telling = found.filter((word) => word.length > 1 && !/^\d+(?:x\d+)*$/.test(word)); // numbers differ each time
  return [...new Set(telling)].map((word) => `${word}^1`).join(" "); // the whole word, with the weight of one
}
const QUERY = 2;
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (message, ...rest) {
  const isQuery = message?.type === QUERY && typeof message.data === "string";
  return postMessage.call(this, isQuery ? { ...message, data: words(message.data) } : message, ...rest);
};
const searched = (target) => target instanceof HTMLInputElement && target.matches(".md-search__input");
// Material looks at the field when a key is released: pasting with the pointer releases none.
addEventListener("input", ({ target }) => searched(target) && target.dispatchEvent(new Event("keyup")));
// Of a whole traceback the last line counts.
addEventListener("paste", (event) => {
  const lines = event.clipboardData?.getData("text").trim().split(/\s*\n\s*/) ?? [];
  if (!searched(event.target) || lines.length < 2) return;
  event.preventDefault();
  const { target } = event;
  target.setRangeText(lines.at(-1), target.selectionStart, target.selectionEnd, "end");
  target.dispatchEvent(new Event("input", { bubbles: true }));
});
