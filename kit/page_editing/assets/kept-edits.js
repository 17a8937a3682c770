// The reader's own code, kept in this browser: for each page what was changed, by the version of the page that it was changed in.

/** @typedef {{ code: string, was: string }} Edit the reader's code, and the page's that it stands for */
/** @typedef {Record<string, Edit>} Edits by the number of the snippet */
/** @typedef {Record<string, Edits>} Versions of one page, by what they were made from */

/** @type {(value: unknown) => value is Record<string, unknown>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @type {(value: unknown) => value is Edit} */
const isEdit = (value) => isObject(value) && typeof value.code === "string" && typeof value.was === "string";

/**
 * Only what has the right shape: somebody may have written into it.
 * @param {unknown} given
 * @returns {Record<string, Versions>}
 */
export function sound(given) {
  /** @type {(value: unknown) => [string, unknown][]} */
  const entries = (value) => isObject(value) ? Object.entries(value) : [];
  /** @type {Record<string, Versions>} */
  const pages = {};
  for (const [page, versions] of entries(isObject(given) ? given.pages : null)) {
    for (const [version, edits] of entries(versions)) {
      const whole = entries(edits).filter(/** @returns {entry is [string, Edit]} */ (entry) =>
        /^\d+$/.test(entry[0]) && isEdit(entry[1])
      );
      if (whole.length) (pages[page] ??= {})[version] = Object.fromEntries(whole);
    }
  }
  return pages;
}

export class KeptEdits {
  #key;
  #page;
  #version;

  /**
   * @param {string} key under which the browser keeps those of all pages
   * @param {string} page
   * @param {string} version
   */
  constructor(key, page, version) {
    this.#key = key;
    this.#page = page;
    this.#version = version;
  }

  #pages() {
    try {
      return sound(JSON.parse(localStorage.getItem(this.#key) ?? "{}"));
    } catch { // blocked, or damaged
      return {};
    }
  }

  /**
   * What other tabs have written meanwhile stays.
   * @param {(versions: Versions) => void} change
   */
  #write(change) {
    const pages = this.#pages(), versions = pages[this.#page] ??= {};
    change(versions);
    try {
      localStorage.setItem(this.#key, JSON.stringify({ version: 1, pages: sound({ pages }) }));
      return true;
    } catch { // blocked, or full
      return false;
    }
  }

  /** The edits of this version of the page. */
  all() {
    return this.#pages()[this.#page]?.[this.#version] ?? {};
  }

  /** Those of other versions: the page has changed since. */
  earlier() {
    const { [this.#version]: _, ...others } = this.#pages()[this.#page] ?? {};
    return Object.values(others);
  }

  forgetEarlier() {
    this.#write((versions) => {
      for (const version of Object.keys(versions)) if (version !== this.#version) delete versions[version];
    });
  }

  /**
   * Keep the code of one snippet, or forget it; whether the browser could.
   * @type {(number: number, edit: Edit | null) => boolean}
   */
  keep(number, edit) {
    return this.#write((versions) => {
      const edits = versions[this.#version] ??= {};
      if (edit) edits[number] = edit;
      else delete edits[number];
    });
  }

  /**
   * Tell of what another tab writes.
   * @type {(tell: () => void) => void}
   */
  listen(tell) {
    addEventListener("storage", ({ key }) => (key === this.#key || key === null) && tell());
  }
}
