// The page's program as the reader has it, as a file: a script, or the page's notebook with the reader's code in it.
import { element } from "./element.js";
import { program } from "./copy-code.js";

/** @type {(name: string, type: string, text: string) => void} */
function save(name, type, text) {
  const link = element("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @type {(page: string) => string} */
const fileName = (page) => page.replace(/\/$/, "").split("/").at(-1) || "page";

/** @type {(page: string, blocks: Element[]) => void} */
export const saveScript = (page, blocks) =>
  save(`${fileName(page)}.py`, "text/x-python", program(blocks, blocks.length - 1));

/**
 * The code of a page's notebook is the page's: a cell for each snippet, after one that installs packages.
 * @type {(notebook: { cells: Record<string, any>[] }, codes: (string | null)[]) => object}
 */
export function withCode(notebook, codes) {
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === "code").slice(-codes.length);
  codes.forEach((code, at) => {
    if (code === null || !cells[at]) return;
    cells[at].source = code.trimEnd().split(/(?<=\n)/);
    if (cells[at].outputs) cells[at].outputs = [];
  });
  return notebook;
}

/** @type {(page: string, address: string, codes: (string | null)[]) => Promise<void>} */
export async function saveNotebook(page, address, codes) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  save(
    `${fileName(page)}.ipynb`,
    "application/x-ipynb+json",
    JSON.stringify(withCode(await answer.json(), codes), null, 1),
  );
}
