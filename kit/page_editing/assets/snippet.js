// One snippet whose code can be changed in its place. Its own block of code stays: hidden while there is an editor, and
// what is printed and copied.
import { row, source } from "./copy-code.js";
import { coloured, edit } from "./editor.js";
import { element } from "./element.js";

/**
 * @typedef {object} Heard what a reader does with it
 * @property {(snippet: EditableSnippet) => void} changed
 * @property {(snippet: EditableSnippet) => void} run also while something runs: then it is to stop
 * @property {(snippet: EditableSnippet) => void} reset
 */

/** @type {(code: string) => string} */
const whole = (code) => `${code.trimEnd()}\n`;

export class EditableSnippet {
  /** @type {import("./editor.js").Editor | null} */
  #editor = null;
  /** @type {Promise<void> | null} */
  #opening = null;
  /** @type {ChildNode[] | null} */
  #own = null; // what stands in its block of code, once it shows other code
  #shown = ""; // the code that stands there now
  #late = 0;
  #ready = false; // whether it is an editor from the beginning
  #heard;
  #code;
  #tools;
  #run = element("button", { type: "button", class: "page-editing__run" }, "Run");
  #reset = element("button", { type: "button" }, "Close");
  #copy = element("button", { type: "button" }, "Copy");
  #state = element("span", { class: "page-editing__state" });

  /**
   * @param {HTMLElement} block
   * @param {number} number from 0
   * @param {boolean} unsolved whether it is an exercise
   * @param {Heard} heard
   */
  constructor(block, number, unsolved, heard) {
    this.block = block;
    this.number = number;
    this.isExercise = unsolved;
    this.#heard = heard;
    this.#code = /** @type {HTMLElement} */ (block.querySelector("pre > code"));
    this.rest = ""; // said where there is nothing else to say
    this.name = `Code of snippet ${number + 1}`;
    this.original = this.code = this.#shown = whole(source(block));
    this.#tools = element("div", {
      class: "page-editing__tools",
      role: "group",
      "aria-label": `Snippet ${number + 1}`,
    });
    this.#tools.append(this.#run, this.#reset, this.#copy, this.#state);
    this.#run.addEventListener("click", () => heard.run(this));
    this.#reset.addEventListener("click", () => heard.reset(this));
    // Material copies what stands in this attribute, and says so.
    this.#copy.addEventListener("click", () => {
      this.#copy.dataset.clipboardText = this.code.trimEnd();
    });
    if (unsolved || block.classList.contains("scratch")) this.#beReady();
    else this.#offer();
  }

  get changed() {
    return this.code !== this.original;
  }

  /** What the program takes in its place. */
  get edited() {
    return this.changed ? this.code : null;
  }

  get #pre() {
    return /** @type {HTMLElement} */ (this.#code.closest("table") ?? this.#code.closest("pre"));
  }

  /** Offer to change it, beside the buttons that copy it. */
  #offer() {
    const name = "Edit";
    const button = element("button", {
      type: "button",
      class: "code-button page-editing__edit",
      title: name,
      "aria-label": name,
    });
    button.addEventListener("click", () => this.open(true));
    row(/** @type {Element} */ (this.#code.closest("pre"))).prepend(button);
  }

  /** An exercise is to be changed: it is an editor as soon as somebody comes near it. */
  #beReady() {
    this.#ready = true;
    this.block.classList.add("page-editing--exercise");
    this.#reset.hidden = true;
    this.block.append(this.#tools);
    const near = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      near.disconnect();
      this.open(false);
    }, { rootMargin: "300px" });
    near.observe(this.block);
  }

  /** @param {boolean} focused whether the reader is to go on there */
  async open(focused) {
    await (this.#opening ??= this.#open());
    if (focused) this.#editor?.focus();
  }

  async #open() {
    const editor = await edit(this.code, this.name, {
      changed: () => this.#take(editor.code()),
      run: () => this.#heard.run(this),
    });
    this.#editor = editor;
    editor.replace(this.code);
    this.#pre.before(editor.host);
    this.block.append(this.#tools);
    this.block.classList.add("page-editing--open");
    this.#show();
  }

  /** @param {string} code */
  #take(code) {
    if (whole(code) === this.code) return;
    this.code = whole(code);
    this.#show();
    this.#heard.changed(this);
  }

  /** Put other code in, as it was kept. @param {string} code */
  put(code) {
    this.code = whole(code);
    this.#editor?.replace(this.code);
    if (!this.#opening) this.block.append(this.#tools);
    this.#show();
  }

  /** The page's own code again. */
  reset() {
    this.put(this.original);
    this.settle();
    this.tell("");
    if (!this.#ready) this.#close();
  }

  #close() {
    const within = this.block.contains(document.activeElement);
    this.#editor?.host.remove();
    this.#tools.remove();
    this.#editor = this.#opening = null;
    this.block.classList.remove("page-editing--open");
    this.#code.tabIndex = 0; // wide code scrolls by keyboard, too; Material took it away where there was nothing to see
    const button = this.block.querySelector(".page-editing__edit");
    if (within && button instanceof HTMLElement) button.focus();
  }

  #show() {
    this.block.classList.toggle("page-editing--changed", this.changed);
    this.#reset.textContent = this.changed ? "Reset" : "Close";
    this.#reset.hidden = this.#ready && !this.changed;
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#colour(), this.#editor ? 300 : 0);
  }

  /** Let its block of code show what is in the editor: on paper and to whoever copies it. */
  async #colour() {
    if (this.#shown === this.code) return;
    const code = this.#shown = this.code;
    this.#own ??= [...this.#code.childNodes];
    this.#code.replaceChildren(...code === this.original ? this.#own : [code]);
    if (code === this.original) return;
    const shown = await coloured(code);
    if (this.#shown === code) this.#code.replaceChildren(shown);
  }

  /** Say at once what the code is, to those who copy it. */
  settle() {
    clearTimeout(this.#late);
    return this.#colour();
  }

  /** @param {string} state such as "not run yet" */
  tell(state) {
    this.#state.textContent = state || this.rest;
  }

  /** @param {boolean} runs whether something runs, which can be stopped here, too */
  running(runs) {
    this.#run.textContent = runs ? "Stop" : "Run";
  }

  /** @param {number | null} line of an error in it, from 1 */
  mark(line) {
    this.#editor?.mark(line);
  }
}
