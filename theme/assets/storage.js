// Where the browser blocks its storage, asking for it throws, and Material's script would end at its first line, with the
// copy buttons and the colours not made. So it is given one that lasts as long as the page. No module: it runs before.
for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
  try {
    if (window[name] instanceof Storage) continue;
  } catch { /* it is blocked */ }
  /** @type {Map<string, string>} */
  const kept = new Map();
  const value = {
    get length() {
      return kept.size;
    },
    /** @param {number} place */
    key: (place) => [...kept.keys()][place] ?? null,
    /** @param {string} key */
    getItem: (key) => kept.get(`${key}`) ?? null,
    /** @type {(key: string, value: string) => void} */
    setItem: (key, value) => void kept.set(`${key}`, `${value}`),
    /** @param {string} key */
    removeItem: (key) => void kept.delete(`${key}`),
    clear: () => kept.clear(),
  };
  Object.defineProperty(window, name, { value, configurable: true });
}
