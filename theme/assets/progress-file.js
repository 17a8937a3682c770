// All that is kept of a reader, as a file: saved in one browser, taken in by another.
import { joined, recordsIn } from "./answers.js";
import { element } from "./element.js";
import { DAY, inWords, isObject, KEY, load, parse, sound, store, today } from "./progress.js";

const OURS = /^nnf\./, KIND = "neural-net-foundations progress";
const ANSWERS = "nnf.quiz"; // as mkdocs.yml names it
const LARGEST = 5_000_000; // bytes of a file that is taken; what a browser keeps for a site is no more
const MOST = 1000; // lessons; each that the menu has no more is looked for

/** @typedef {{ read: import("./progress.js").Read, answers: import("./answers.js").Records, saved: unknown }} Saved */

/** @type {(key: string) => unknown} */
const value = (key) => parse(store?.getItem(key) ?? "null");

export function forget() {
  for (const key of Object.keys(store ?? {})) if (OURS.test(key)) store?.removeItem(key);
}

/** Save it, and say so. */
export function save() {
  const questions = recordsIn(value(ANSWERS)); // without what is damaged, which would have the file refused
  const keys = { [KEY]: JSON.stringify(load()), [ANSWERS]: JSON.stringify({ version: 1, questions }) };
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
 * What a file holds, or what is wrong with it: it is taken whole or not at all.
 * @param {unknown} given
 * @returns {Saved | string}
 */
function read(given) {
  if (given === undefined) return "is damaged, or is no progress file: it is not JSON";
  if (!isObject(given) || given.kind !== KIND || !isObject(given.keys)) return "was not saved by this page";
  const { [KEY]: readText = "{}", [ANSWERS]: answersText = "{}", ...others } = given.keys;
  if (given.version !== 1 || Object.keys(others).length) return "was saved by another version of this page";
  const [read, kept] = [readText, answersText].map((text) => typeof text === "string" ? parse(text) : null);
  if (!isObject(read) || !isObject(kept)) return "is damaged";
  if ((kept.version ?? 1) !== 1) return "was saved by another version of this page";
  const found = sound(read), answers = recordsIn(kept);
  if (differ(found.lessons, read.lessons) || differ(answers, kept.questions)) return "is damaged";
  if (Object.keys(found.lessons).length > MOST) return "is too large for a progress file";
  return { read: found, answers, saved: given.saved };
}

/** @type {(found: object, given: unknown) => boolean} */
const differ = (found, given) => JSON.stringify(found) !== JSON.stringify(given ?? {});

/**
 * Take a file in. What stands in both is joined; a file that is refused changes nothing, nor does one that does not fit.
 * @param {File} file
 */
export async function take(file) {
  const large = file.size > LARGEST;
  const saved = large ? "is too large for a progress file" : read(parse(await file.text().catch(() => "")));
  if (typeof saved === "string") return `Nothing was changed: this file ${saved}.`;
  const before = [KEY, ANSWERS].map((key) => /** @type {const} */ ([key, store?.getItem(key)]));
  const questions = joined(recordsIn(value(ANSWERS)), saved.answers);
  try {
    store?.setItem(KEY, JSON.stringify(together(load(), saved.read)));
    store?.setItem(ANSWERS, JSON.stringify({ version: 1, questions }));
  } catch {
    for (const [key] of before) store?.removeItem(key); // makes the room that each had
    for (const [key, text] of before) if (typeof text === "string") store?.setItem(key, text);
    return "Nothing was changed: this browser has no room for it.";
  }
  const day = typeof saved.saved === "string" && DAY.test(saved.saved) ? inWords(saved.saved) : "an earlier day";
  return `Loaded what was saved on ${day}, beside what was here.`;
}

/**
 * What was read in either; of two days the earlier. The reader goes on where the file was saved.
 * @type {(mine: import("./progress.js").Read, theirs: import("./progress.js").Read) => import("./progress.js").Read}
 */
function together(mine, theirs) {
  const lessons = { ...mine.lessons };
  for (const [name, days] of Object.entries(theirs.lessons)) {
    const own = lessons[name] ?? {}, opened = earlier(own.opened, days.opened), done = earlier(own.done, days.done);
    lessons[name] = { ...(opened && { opened }), ...(done && { done }) };
  }
  return { lessons, last: theirs.last ?? mine.last };
}

/** @type {(one?: string, other?: string) => string | undefined} */
const earlier = (one, other) => one && other ? one < other ? one : other : one ?? other;
