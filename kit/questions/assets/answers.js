// What was answered, kept in this browser: a record for each question, and the day on which it comes back.

/**
 * @typedef {object} Answered
 * @property {number} times how often the question was answered
 * @property {number} right how often of these rightly
 * @property {"right" | "wrong"} last what the last answer was
 * @property {number} box the further, the later it comes back
 * @property {string} due the day on which it comes back
 */
/** @typedef {Record<string, Answered>} Records by question */

const DAYS = [0, 1, 3, 7, 21]; // after how many days a question in this box comes back
const QUESTION = /^[^#]*#q-[0-9a-f]{8}$/; // its page's address in the site, and its name there

/** The day so many days from now, as the reader's calendar has it: 2026-11-21. Such texts sort as their days do. */
export function day(ahead = 0) {
  const date = new Date();
  date.setDate(date.getDate() + ahead);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}

/** @type {(value: unknown) => value is number} */
const isCount = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** @type {(value: unknown) => value is Answered} */
function isAnswered(value) {
  if (typeof value !== "object" || value === null) return false;
  const { times, right, box, last, due } = /** @type {Record<string, unknown>} */ (value);
  return isCount(times) && isCount(right) && isCount(box) && box < DAYS.length &&
    (last === "right" || last === "wrong") &&
    typeof due === "string" && /^\d{4}-\d\d-\d\d$/.test(due) && !isNaN(new Date(due).getTime());
}

/**
 * The records in what was kept. Whatever is damaged is left out: somebody else may have written there.
 * @param {unknown} kept
 * @returns {Records}
 */
export function recordsIn(kept) {
  /** @type {{ questions?: Record<string, unknown> }} */
  const { questions } = Object(kept);
  return Object.fromEntries(
    Object.entries(Object(questions)).filter(/** @returns {entry is [string, Answered]} */ (entry) =>
      QUESTION.test(entry[0]) && isAnswered(entry[1])
    ),
  );
}

/**
 * The records of two browsers: of a question that both know, the one that was answered more often there.
 * @type {(mine: Records, theirs: Records) => Records}
 */
export function joined(mine, theirs) {
  const newer = Object.entries(theirs).filter(([question, { times }]) => times > (mine[question]?.times ?? -1));
  return { ...mine, ...Object.fromEntries(newer) };
}

/** Whether the browser keeps anything: what a page may put in the place of a blocked storage ends with it. */
function isKept() {
  try {
    return localStorage instanceof Storage;
  } catch { // blocked
    return false;
  }
}

export class Answers {
  /** @type {string} */
  #key;
  /** @type {Records} */
  #unkept = {}; // what the browser did not keep: it is blocked, or full

  /** @param {string} key under which the browser keeps them */
  constructor(key) {
    this.#key = key;
  }

  kept = isKept(); // whether the browser keeps what is answered

  /**
   * All records, those that another tab has written among them.
   * @returns {Records}
   */
  all() {
    try {
      return { ...recordsIn(JSON.parse(localStorage.getItem(this.#key) ?? "{}")), ...this.#unkept };
    } catch { // blocked, or damaged
      return { ...this.#unkept };
    }
  }

  /** @param {Records} questions */
  #save(questions) {
    try {
      localStorage.setItem(this.#key, JSON.stringify({ version: 1, questions }));
      this.#unkept = {};
      this.kept = isKept();
    } catch { // blocked, or full
      this.#unkept = questions;
      this.kept = false;
    }
  }

  /** @param {string} question */
  forget(question) {
    const questions = this.all();
    delete questions[question];
    this.#save(questions);
  }

  /**
   * A question has another address now. What has been answered there already counts, if anything has.
   * @param {string} before
   * @param {string} now
   */
  move(before, now) {
    const { [before]: record, ...questions } = this.all();
    this.#save({ [now]: record, ...questions });
  }

  forgetAll() {
    this.#save({});
  }

  /**
   * A right answer to a question that is due puts it one box further; a wrong one puts it back, and it is due at once.
   * @param {string} question
   * @param {boolean} right
   */
  note(question, right) {
    const questions = this.all();
    const before = questions[question] ?? { times: 0, right: 0, box: 0, due: day() };
    const early = right && before.due > day();
    const box = !right ? 0 : early ? before.box : Math.min(before.box + 1, DAYS.length - 1);
    questions[question] = {
      times: before.times + 1,
      right: before.right + Number(right),
      last: right ? "right" : "wrong",
      box,
      due: early ? before.due : day(DAYS[box]),
    };
    this.#save(questions);
  }

  /** The questions that are due, those first that were missed or known least often. */
  due() {
    return Object.entries(this.all())
      .filter(([, { due }]) => due <= day())
      .sort(([, a], [, b]) => a.box - b.box || (a.due < b.due ? -1 : 1))
      .map(([question]) => question);
  }

  /** All questions, those first that were missed most often, and of these what is due soonest. */
  every() {
    return Object.entries(this.all())
      .sort(([, a], [, b]) => a.right / a.times - b.right / b.times || (a.due < b.due ? -1 : 1))
      .map(([question]) => question);
  }
}
