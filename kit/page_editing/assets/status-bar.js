// The bar under the page: what runs and how long, whose program the page shows, and what to do with it.
import { element } from "./element.js";

/** @typedef {{ run(): void, reset(): void, script(): void, notebook(): void }} Asked what its buttons ask for */

export class StatusBar {
  #said = element("p", { class: "page-editing__said", role: "status" });
  #clock = element("span", { class: "page-editing__clock", "aria-hidden": "true" });
  #extra = element("span", { class: "page-editing__extra" });
  #run = element("button", { type: "button", class: "page-editing__run" }, "Run");
  #more = element("button", { type: "button", class: "page-editing__more", "aria-expanded": "false" }, "More");
  #others;
  #bar;

  /**
   * @param {Element} article
   * @param {Asked} asked
   */
  constructor(article, asked) {
    /** @type {(name: string, act: () => void) => HTMLButtonElement} */
    const button = (name, act) => {
      const made = element("button", { type: "button" }, name);
      made.addEventListener("click", act);
      return made;
    };
    this.#run.addEventListener("click", asked.run);
    this.#others = element(
      "span",
      { class: "page-editing__others" },
      button("Reset page", asked.reset),
      button("Save as script", asked.script),
      button("Save as notebook", asked.notebook),
    );
    this.#more.addEventListener("click", () => {
      this.#more.ariaExpanded = String(this.#more.ariaExpanded !== "true");
    });
    const buttons = element(
      "div",
      { class: "page-editing__buttons" },
      this.#extra,
      this.#run,
      this.#more,
      this.#others,
    );
    const words = element("div", { class: "page-editing__words" }, this.#said, this.#clock);
    this.#bar = element(
      "div",
      { class: "page-editing__bar", role: "group", "aria-label": "Your program" },
      words,
      buttons,
    );
    article.after(this.#bar);
    this.hide();
  }

  hide() {
    this.#bar.classList.add("page-editing__bar--away");
    this.#said.textContent = this.#clock.textContent = "";
  }

  /**
   * @param {string} text
   * @param {HTMLElement[]} extra buttons that belong to it
   */
  say(text, ...extra) {
    this.#bar.classList.remove("page-editing__bar--away");
    this.#clock.textContent = "";
    this.#extra.replaceChildren(...extra);
    if (this.#said.textContent !== text) this.#said.textContent = text;
  }

  /** Say something that leaves by itself. @param {string} text */
  sayAndGo(text) {
    this.say(text);
    setTimeout(() => this.#said.textContent === text && this.hide(), 4000);
  }

  /** What a screen reader need not hear every half second. @param {string} text */
  count(text) {
    this.#clock.textContent = text;
  }

  /** @type {(running: boolean, changed: boolean) => void} */
  offer(running, changed) {
    this.#run.textContent = running ? "Stop" : "Run";
    this.#run.hidden = !running && !changed;
    this.#others.hidden = this.#more.hidden = !changed;
  }
}
