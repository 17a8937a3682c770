// All that is kept of a reader, as a file: saved in one browser, taken in by another.
import { element } from "./element.js";
import { DAY, inWords, isObject, KEY, parse, sound, store, today } from "./progress.js";

const OURS = /^nnf\.[\w.-]+$/, KIND = "neural-net-foundations progress";
const LARGEST = 5_000_000; // bytes of a file that is taken; what a browser keeps for a site is no more

/** @typedef {{ keys: Record<string, string>, saved?: unknown }} Saved */

/** The keys of what is kept. */
const kept = () => Object.keys(store ?? {}).filter((key) => OURS.test(key)).sort();

/** @type {(key: string) => string} */
const text = (key) => store?.getItem(key) ?? "null";

export function forget() {
  for (const key of kept()) store?.removeItem(key);
}

/** Save it, and say so. */
export function save() {
  const whole = kept().filter((key) => isObject(parse(text(key)))); // what is damaged would have the file refused
  const keys = Object.fromEntries(whole.map((key) => [key, text(key)]));
  const saved = JSON.stringify({ kind: KIND, version: 1, saved: today(), keys }, null, 1);
  const link = element("a", {
    href: URL.createObjectURL(new Blob([saved], { type: "application/json" })),
    download: `neural-net-foundations-${today()}.json`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return "Saved. Load that file in another browser, and you go on there.";
}

/**
 * What a file holds, or what is wrong with it.
 * @param {unknown} given
 * @returns {Saved | string}
 */
function read(given) {
  if (given === undefined) return "is damaged, or is no progress file: it is not JSON";
  if (!isObject(given) || given.kind !== KIND || !isObject(given.keys)) return "was not saved by this page";
  if (given.version !== 1) return "was saved by a newer version of this page";
  /** @type {Record<string, string>} */
  const keys = {};
  for (const [key, value] of Object.entries(given.keys)) {
    if (!OURS.test(key) || typeof value !== "string" || !isObject(parse(value))) return "is damaged";
    keys[key] = value;
  }
  const lessons = keys[KEY] && parse(keys[KEY]);
  if (isObject(lessons) && JSON.stringify(sound(lessons).lessons) !== JSON.stringify(lessons.lessons)) {
    return "is damaged";
  }
  return { keys, saved: given.saved };
}

/**
 * Take a file in. What stands in both is joined; a file that is refused changes nothing, nor does one that does not fit.
 * @param {File} file
 */
export async function take(file) {
  const large = file.size > LARGEST;
  const saved = large ? "is too large for a progress file" : read(parse(await file.text().catch(() => "")));
  if (typeof saved === "string") return `Nothing was changed: this file ${saved}.`;
  const before = kept().map((key) => [key, text(key)]);
  try {
    for (const [key, value] of Object.entries(saved.keys)) {
      store?.setItem(key, JSON.stringify(join(parse(text(key)), parse(value), key === KEY)));
    }
  } catch {
    forget();
    for (const [key, value] of before) store?.setItem(key, value);
    return "Nothing was changed: this browser has no room for it.";
  }
  const day = typeof saved.saved === "string" && DAY.test(saved.saved) ? inWords(saved.saved) : "an earlier day";
  return `Loaded what was saved on ${day}, beside what was here.`;
}

/**
 * Objects are joined name by name; of anything else the file's counts, and of two days the earlier.
 * @type {(mine: unknown, theirs: unknown, days: boolean) => unknown}
 */
function join(mine, theirs, days) {
  if (isObject(mine) && isObject(theirs)) {
    const joined = { ...mine };
    for (const [name, value] of Object.entries(theirs)) {
      joined[name] = Object.hasOwn(mine, name) ? join(mine[name], value, days) : value;
    }
    return joined;
  }
  const isDay = [mine, theirs].every((value) => typeof value === "string" && DAY.test(value));
  return days && isDay && String(mine) < String(theirs) ? mine : theirs;
}
