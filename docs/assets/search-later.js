// The search index is larger than any page. It is fetched when somebody turns to the search, not with the first visit.
const { open, send } = XMLHttpRequest.prototype;
const wanted = new Promise((resolve) => {
  if (/[?&][qh]=/.test(location.search)) resolve(); // a link to a search, or from one
  for (const kind of ["focusin", "pointerover", "touchstart"]) {
    addEventListener(kind, ({ target }) => target.closest?.(".md-search, [for=__search]") && resolve(), { passive: true });
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
