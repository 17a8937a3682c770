// What was read on pages that have moved since. The page that is left at an old address says where its parts are.
import { placesOf } from "./left-page.js";
import { nameOf } from "./progress.js";

/** @typedef {{ whole: string, parts: Record<string, string> }} Place where a page is, and those of its parts that are elsewhere */

/**
 * Where pages are now, by their old names; without those of which nothing is known.
 * @param {string[]} names
 */
export async function newPlaces(names) {
  /** @type {Record<string, Place>} */
  const places = {};
  await Promise.all(names.map(async (name) => {
    const url = new URL(name, new URL(__md_scope));
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return;
    const found = placesOf(new DOMParser().parseFromString(await answer.text(), "text/html"), url);
    if (!found) return;
    const parts = Object.entries(found.parts).map(([part, { href }]) => [part, nameOf(href)]);
    places[name] = { whole: nameOf(found.whole.href), parts: Object.fromEntries(parts) };
  }));
  return places;
}

/**
 * A lesson that has become several was read in all of them. What is known of a new page already counts.
 * @param {import("./progress.js").Read} read
 * @param {Record<string, Place>} places
 */
export function rename(read, places) {
  for (const [name, { whole, parts }] of Object.entries(places)) {
    const { [name]: days, ...others } = read.lessons;
    read.lessons = others;
    for (const now of days ? new Set([whole, ...Object.values(parts)]) : []) {
      read.lessons[now] = { ...days, ...others[now] };
    }
    if (read.last?.lesson === name) read.last.lesson = parts[read.last.place ?? ""] ?? whole;
  }
}
