// Looks words up in the site's index: whole words first, then beginnings, then words that are spelt a little otherwise.
import MiniSearch from "./minisearch.js";

/**
 * @typedef {{ location: string, title: string, text: string, also?: string, boost?: number, tags?: string[] }} Entry
 * @typedef {Entry & { score: number, terms: Record<string, boolean> }} Item
 */

// Words that any page has, and no reader looks for alone.
const COMMON = new Set(
  ("a about after all an and any are as at be been but by can could do does for from get had has have how i if in into is it " +
    "its me mean means my need of on or our should so than that the their them then there these they this to too use used using " +
    "want was we were what when where which while who why will with would you your course lesson pytorch torch").split(
      " ",
    ),
);
const SHOWN = 50; // hits
const CALLED = 3; // how much more it counts if something is called just what is typed
const PASTED = 5; // from so many words on it is a sentence or a message, in which each word is whole
const [FIRST, AROUND] = [60, 240]; // characters of a teaser before its first hit, and at all

/**
 * The words of a text; of names such as zero_grad and DataLoader and words such as in-place the parts and the whole.
 * @param {string} text
 */
export function words(text) {
  const found = text.replaceAll("’", "'").match(/[\p{L}\p{N}_]+(?:['-][\p{L}\p{N}_]+)*/gu) ?? [];
  return found.flatMap((word) => {
    const humps = word.split(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
    const parts = humps.every((hump) => hump.length > 2) ? humps.flatMap(apart) : apart(word);
    return [...parts.length > 1 ? [word.replaceAll("-", "")] : [], ...parts].map((part) => part.toLowerCase());
  });
}

/** @type {(word: string) => string[]} */
const apart = (word) => word.split(/[_-]/).filter(Boolean);

/**
 * One form for the singular, the plural and the possessive, and for British and American spelling.
 * @param {string} word
 */
export function form(word) {
  if (word.endsWith("'s")) return form(word.slice(0, -2));
  if (word.length < 4 || !/^\p{L}+$/u.test(word)) return word;
  const one = /(?:ss|sh|ch|x|z)es$/.test(word)
    ? word.slice(0, -2)
    : word.replace(/ies$/, "y").replace(/(?<=[^sui])s$/, "");
  return one.replace(/is(?=(?:e|ed|er|ing|ation)$)/, "iz").replace(/our(?=$|ed$|ing$|al$)/, "or");
}

/** @type {Record<string, string>} */
const SIGNS = { amp: "&", gt: ">", lt: "<", quot: '"', "#39": "'" };

/**
 * The text of what is HTML in the index.
 * @param {string} html
 */
export function plain(html) {
  return html.replace(/<\/?(?:a|b|code|em|i|strong)\b[^>]*>/g, "").replace(/<[^>]*>/g, " ").replace(
    /&(amp|gt|lt|quot|#39);/g,
    (_, name) => SIGNS[name],
  )
    .replace(/\s+/g, " ").trim();
}

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * What something is called, in one form.
 * @param {string} text
 */
const name = (text) => words(text).map(form).join(" ");

/**
 * How much a word counts.
 * @param {string} word
 */
const weight = (word) => COMMON.has(word) ? 0.15 : 1;

/**
 * How much words count together.
 * @param {string[]} several
 */
const sum = (several) => several.reduce((total, word) => total + weight(word), 0);

/**
 * What a question asks about, without the words around it; a text that is no such question is as it was.
 * @param {string} typed
 */
export function subject(typed) {
  return typed.replace(/^\s*what\s+does\s+(.*\S)\s+(?:do|mean)[\s?]*$/i, "$1")
    .replace(/^\s*what(?:'s|’s|\s+is|\s+are)?(?:\s+an?|\s+the)?\s+/i, "");
}

export class Search {
  /** @param {Entry[]} entries */
  constructor(entries) {
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    /** @type {Map<string, Entry>} */
    this.pages = new Map();
    /** @type {Set<string>} */
    this.known = new Set();
    /** @type {Map<string, Set<string>>} */
    this.names = new Map();
    for (const entry of entries) {
      this.entries.set(entry.location, entry);
      this.names.set(entry.location, new Set([plain(entry.title), ...entry.also?.split(", ") ?? []].map(name)));
      const [page] = entry.location.split("#");
      if (!this.pages.has(page)) this.pages.set(page, entry);
    }
    this.index = new MiniSearch({
      idField: "location",
      fields: ["title", "also", "page", "text"],
      tokenize: words,
      processTerm: (/** @type {string} */ word) => {
        const one = form(word);
        this.known.add(one);
        return one;
      },
      extractField: (
        /** @type {Entry} */ entry,
        /** @type {"location" | "title" | "also" | "page" | "text"} */ field,
      ) => {
        if (field === "page") {
          const { title, also } = this.page(entry.location);
          return entry.location.includes("#") ? `${plain(title)} ${also ?? ""}` : "";
        }
        return field === "location" ? entry.location : plain(entry[field] ?? "");
      },
    });
    this.index.addAll([...this.entries.values()]);
  }

  /**
   * The entry of the whole page on which something stands.
   * @param {string} location
   */
  page(location) {
    return /** @type {Entry} */ (this.pages.get(location.split("#")[0]));
  }

  /**
   * What to look for, and for each word those that stand for it: words that are written apart or together otherwise
   * than on the pages are looked for in their way, too.
   * @param {string} typed
   * @returns {Map<string, string[]>}
   */
  wanted(typed) {
    const typedWords = words(typed).map(form);
    const whole = new Set(
      typedWords.filter((word) => word.includes("_") && this.known.has(word)).flatMap((word) => word.split("_")),
    );
    const all = typedWords.filter((word) => !whole.has(word)); // of a name that is known no parts
    const isNumber = (/** @type {string} */ word) => /^\d+(?:x\d+)*$/.test(word); // differs each time in messages
    const kept = [...new Set(all.length < PASTED ? all : all.filter((word) => !isNumber(word)))];
    const wanted = new Map(kept.map((word) => [word, [word]]));
    kept.slice(1).forEach((word, i) => {
      if (!this.known.has(kept[i] + word)) return;
      for (const part of [kept[i], word]) wanted.get(part)?.push(kept[i] + word);
    });
    for (const [word, forms] of wanted) {
      const parts = this.begins(word) ? undefined : this.parts(word);
      if (parts) forms.push(...parts);
    }
    return wanted;
  }

  /**
   * Whether a word of the pages is this, or begins so.
   * @param {string} word
   */
  begins(word) {
    return this.known.has(word) || [...this.known].some((known) => known.startsWith(word));
  }

  /**
   * The two words of which one is made.
   * @param {string} word
   */
  parts(word) {
    for (let i = 3; i <= word.length - 3; i++) {
      const both = [word.slice(0, i), form(word.slice(i))];
      if (both.every((part) => this.known.has(part))) return both;
    }
  }

  /**
   * @param {string} typed
   * @returns {{ items: Item[][], suggest: string[] }}
   */
  results(typed) {
    typed = subject(typed);
    const wanted = this.wanted(typed);
    const all = [...wanted.keys()];
    const telling = all.filter((word) => !COMMON.has(word));
    const pasted = telling.length >= PASTED;
    const asked = name(typed);
    const found = this.index.search([...new Set([...wanted.values()].flat())].join(" "), {
      processTerm: (/** @type {string} */ word) => word,
      tokenize: (/** @type {string} */ text) => text.split(" "),
      boostTerm: weight,
      boost: pasted ? { also: 0, page: 0 } : { title: 6, also: 6, page: 0.5 }, // a message is found where it stands
      boostDocument: (/** @type {string} */ location) =>
        pasted ? 1 : (this.page(location).boost ?? 1) * (location.includes("#") ? 1 : 1.5),
      prefix: (/** @type {string} */ word) => !pasted && word.length > 2 && !COMMON.has(word),
      fuzzy: (/** @type {string} */ word) =>
        !pasted && word.length > 4 && !this.begins(word) ? (word.length > 6 ? 2 : 1) : false,
      weights: { prefix: 0.3, fuzzy: 0.4 },
    });
    const items = found.map(({ id, score, terms, queryTerms }) => {
      const met = all.filter((word) => wanted.get(word)?.some((form) => queryTerms.includes(form)));
      const called = (this.page(id).boost ?? 1) >= 1 && this.names.get(id)?.has(asked) ? CALLED : 1;
      return { id, terms, met, score: called * score * (sum(met) / sum(all)) ** 2 };
    });
    /** @type {Map<string, Item[]>} */
    const pages = new Map();
    for (const { id, terms, met, score } of items.sort((a, b) => b.score - a.score).slice(0, SHOWN)) {
      const page = this.page(id).location;
      pages.set(page, [
        ...pages.get(page) ?? [],
        this.item(id, score, new Map(all.map((word) => [word, met.includes(word)])), terms),
      ]);
    }
    for (const [page, hits] of pages) {
      if (!hits.some(({ location }) => location === page)) hits.push(this.item(page, 0, new Map(), []));
    }
    return { items: [...pages.values()], suggest: this.suggestions(typed) };
  }

  /**
   * An entry as the search box shows it, its hits marked.
   * @param {string} location
   * @param {number} score
   * @param {Map<string, boolean>} met
   * @param {string[]} hits
   * @returns {Item}
   */
  item(location, score, met, hits) {
    const entry = /** @type {Entry} */ (this.entries.get(location));
    const terms = new Set(hits);
    return {
      ...entry,
      title: marked(plain(entry.title), terms),
      text: terms.size ? marked(teaser(plain(entry.text), terms), terms) : "",
      score,
      terms: Object.fromEntries(met),
    };
  }

  /**
   * How the word that is being typed may go on.
   * @param {string} typed
   */
  suggestions(typed) {
    const last = /[\p{L}\p{N}_]{2,}$/u.exec(typed.toLowerCase())?.[0];
    return last ? this.index.autoSuggest(last, { fields: ["title"] }).map(({ terms }) => terms[0]).slice(0, 1) : [];
  }
}

/** @type {(part: string, terms: Set<string>) => boolean} */
const isHit = (part, terms) => words(part).some((word) => terms.has(form(word)));

/**
 * The words of a text that were looked for, marked; HTML.
 * @param {string} text
 * @param {Set<string>} terms
 */
function marked(text, terms) {
  return text.split(/([\p{L}\p{N}_'’-]+)/u).map((part, i) =>
    i % 2 && isHit(part, terms) ? `<mark data-md-highlight>${escaped(part)}</mark>` : escaped(part)
  ).join("");
}

/**
 * Some words around the first that was looked for.
 * @param {string} text
 * @param {Set<string>} terms
 */
function teaser(text, terms) {
  const hit = [...text.matchAll(/[\p{L}\p{N}_'’-]+/gu)].find(([part]) => isHit(part, terms));
  const start = Math.max(0, (hit?.index ?? 0) - FIRST);
  const from = start && text.indexOf(" ", start) + 1;
  const to = from + AROUND < text.length ? text.lastIndexOf(" ", from + AROUND) : text.length;
  return `${from ? "… " : ""}${text.slice(from, to)}${to < text.length ? " …" : ""}`;
}
