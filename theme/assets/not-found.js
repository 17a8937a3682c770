// On the page for addresses without a page: the page whose address is most like the one that was asked for.
import { element } from "./element.js";

/** @type {(address: string) => string} */
const words = (address) =>
  decodeURIComponent(new URL(address, location.href).pathname).toLowerCase()
    .replace(/\.(html?|md|ipynb)$/, "").replace(/\/index$/, "").split("/").filter(Boolean).at(-1) ?? "";

/** @type {(name: string) => string[]} */
const pairs = (name) => {
  const letters = ` ${name.replace(/[^\p{L}]+/gu, " ").trim()} `;
  return Array.from({ length: letters.length - 1 }, (_, at) => letters.slice(at, at + 2)).filter((pair) =>
    pair !== "  "
  );
};

/**
 * How alike two names are, from 0 to 1: the pairs of letters that they share (Dice's coefficient).
 * @type {(one: string, two: string) => number}
 */
function alike(one, two) {
  const left = pairs(two), all = pairs(one).length + left.length;
  const shared = pairs(one).filter((pair) => {
    const at = left.indexOf(pair);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
  return all ? 2 * shared.length / all : 0;
}

/** @type {(name: string) => string | undefined} */
const lesson = (name) => /^\d+/.exec(name)?.[0].padStart(2, "0"); // its number

let asked = "";
try {
  asked = words(location.href);
} catch { /* an address that cannot be decoded */ }
/** @type {NodeListOf<HTMLAnchorElement>} */
const links = document.querySelectorAll(".not-found__pages a");
let likeliest, most = 0.4;
for (const link of links) {
  const name = words(link.href);
  const same = lesson(asked) !== undefined && lesson(asked) === lesson(name);
  const likeness = Math.max(alike(asked, name), alike(asked, link.textContent.toLowerCase())) + (same ? 0.3 : 0);
  if (likeness > most) [likeliest, most] = [link, likeness];
}
const guess = document.querySelector("p.not-found__guess");
if (guess instanceof HTMLElement && likeliest) {
  guess.append("Did you mean ", element("a", { href: likeliest.href }, likeliest.textContent), "?");
  guess.hidden = false;
}
const search = /** @type {HTMLInputElement} */ (document.getElementById("not-found-words"));
search.value = asked.replace(/[^\p{L}]+/gu, " ").trim();
