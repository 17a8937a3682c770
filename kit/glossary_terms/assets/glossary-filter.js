// The glossary's filter: entries that have all the words that are typed.
import { element } from "./element.js";

/** @type {(root: Element) => void} */
export function offer(root) {
  const input = element("input", { id: "glossary-words", type: "search", autocomplete: "off", spellcheck: "false" });
  const count = element("output");
  root.replaceChildren(element("label", { for: input.id }, "Filter"), input, count);
  /** @type {HTMLDListElement[]} */
  const lists = [...root.parentElement?.querySelectorAll(/** @type {"dl"} */ (":scope > dl")) ?? []];
  const entries = lists.flatMap((list) => [...list.querySelectorAll("dt")]).map((title) => {
    /** @type {HTMLElement[]} */
    const parts = [title];
    let next = title.nextElementSibling;
    for (; next instanceof HTMLElement && next.matches("dd"); next = next.nextElementSibling) parts.push(next);
    const words = [title.dataset.forms ?? "", ...parts.map((part) => part.textContent)].join(" ").toLowerCase();
    return { parts, words };
  });
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase().split(/\s+/);
    let left = 0;
    for (const { parts, words } of entries) {
      const fits = wanted.every((word) => words.includes(word));
      for (const part of parts) part.hidden = !fits;
      left += Number(fits);
    }
    for (const list of lists) {
      list.hidden = !list.querySelector("dt:not([hidden])");
      const letter = list.previousElementSibling;
      if (letter instanceof HTMLElement) letter.hidden = list.hidden;
    }
    count.value = input.value.trim() ? `${left} of ${entries.length}` : "";
  });
}
