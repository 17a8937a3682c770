// Which exercises a reader has solved, and on which day, kept in this browser.

/** @type {(value: unknown) => value is Record<string, unknown>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The name of an exercise, by which it is known again when its page has changed: that of its check.
 * @type {(page: string, source: string, number: number) => string}
 */
export function nameOf(page, source, number) {
  const named = /^\w+\(\s*["']([\w-]+)["']/m.exec(source.trimEnd().split("\n").slice(-3).join("\n"));
  return `${page}#${named?.[1] ?? `exercise-${number + 1}`}`;
}

/** The day so many days ago, as the reader's calendar has it. @param {number} ago */
export function day(ago) {
  const date = new Date();
  date.setDate(date.getDate() - ago);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}

/**
 * The days on which exercises were solved last, by their names. Only what has the right shape.
 * @param {string} key
 * @returns {Record<string, string>}
 */
export function solved(key) {
  try {
    const { exercises } = JSON.parse(localStorage.getItem(key) ?? "{}");
    const whole = Object.entries(isObject(exercises) ? exercises : {}).filter(([name, day]) =>
      name.includes("#") && typeof day === "string" && /^\d{4}-\d\d-\d\d$/.test(day)
    );
    return Object.fromEntries(/** @type {[string, string][]} */ (whole));
  } catch { // blocked, or damaged
    return {};
  }
}

/** @type {(key: string, name: string) => void} */
export function note(key, name) {
  const all = { ...solved(key), [name]: day(0) };
  try {
    localStorage.setItem(key, JSON.stringify({ version: 1, exercises: all }));
  } catch { /* blocked, or full */ }
}
