// What a reader changed in an earlier version of the page: it can be looked at, put in where it still fits, or discarded.
import { element } from "./element.js";

/** @typedef {import("./snippet.js").EditableSnippet} EditableSnippet */
/** @typedef {{ use(snippet: EditableSnippet, code: string): void, discard(): void }} Asked */

/** @type {(article: Element, earlier: import("./kept-edits.js").Edits[], snippets: EditableSnippet[], asked: Asked) => void} */
export function offerEarlier(article, earlier, snippets, asked) {
  /** @type {(name: string, act: () => void) => HTMLButtonElement} */
  const button = (name, act) => {
    const made = element("button", { type: "button" }, name);
    made.addEventListener("click", act);
    return made;
  };
  const edits = earlier.flatMap((version) => Object.values(version));
  const list = edits.map(({ code, was }) => {
    const fits = snippets.find((snippet) => snippet.original === was);
    const shown = element("pre", { tabindex: 0 }, element("code", {}, code));
    if (!fits) return element("div", {}, element("p", {}, "What you wrote in a snippet that is another now:"), shown);
    const put = button(`Put it into snippet ${fits.number + 1}`, () => {
      asked.use(fits, code);
      fits.block.scrollIntoView({ block: "center" });
    });
    return element("div", {}, element("p", {}, `What you wrote in snippet ${fits.number + 1}:`), shown, put);
  });
  const fold = element(
    "details",
    { class: "page-editing__earlier" },
    element("summary", {}, "You have changed an earlier version of this page. Your code is kept."),
    ...list,
    button("Discard it", () => {
      asked.discard();
      fold.remove();
    }),
  );
  const heading = article.querySelector("h1");
  if (heading) heading.after(fold);
  else article.prepend(fold);
}
