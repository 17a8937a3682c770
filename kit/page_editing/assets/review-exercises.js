// On the page of the review: the exercises that were solved a week ago or earlier, to be done again.
import { element } from "./element.js";
import { day, solved } from "./solved-exercises.js";

const AGAIN = 7; // days after which an exercise comes back

/** @type {(name: string) => string} */
const words = (name) => name.replace(/\/$/, "").split("/").at(-1)?.replace(/[_-]/g, " ") ?? "";

/** @type {(review: Element, site: URL, store: string) => void} */
export function list(review, site, store) {
  const all = Object.entries(solved(`${store}.solved`));
  if (!all.length || review.parentElement?.querySelector(".review-exercises")) return;
  const due = all.filter(([, solvedOn]) => solvedOn <= day(AGAIN)).map(([name]) => name);
  const count = `You have solved ${all.length} exercise${all.length === 1 ? "" : "s"} in the pages.`;
  const rest = due.length
    ? " Do these again, without looking at what you wrote:"
    : " None is due: each comes back after a week.";
  const items = due.map((name) => {
    const [page, exercise] = name.split("#");
    const link = element("a", { href: new URL(`${page}#exercises`, site).href }, words(exercise));
    return element("li", {}, link, `, in ${words(page)}`);
  });
  const made = element("div", { class: "review-exercises" }, element("p", {}, count + rest));
  if (items.length) made.append(element("ul", {}, ...items));
  review.after(made);
}
