// A question that asks: its key becomes a form, which marks what is written.
import { element } from "./element.js";

/**
 * @typedef {object} Asked what stands in the form of one kind of question
 * @property {string} legend
 * @property {HTMLElement[]} parts
 * @property {() => string} missing what is to be done before it can be marked, or nothing
 * @property {() => boolean} isRight
 * @property {() => HTMLElement[]} mark marks the parts, and gives what is said of this answer
 */

/**
 * The numbers that a reader may have meant. Comma and point are both read as the decimal sign; where they could as
 * well part thousands, as in 1,024, that is a second reading.
 * @param {string} text
 */
function readings(text) {
  const written = text.replace(/[\s'’]/g, "").replace(/[−–]/g, "-");
  const percent = written.endsWith("%"), body = percent ? written.slice(0, -1) : written;
  const found = [];
  const plain = body.replace(",", ".");
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) found.push(Number(plain));
  for (const [mark, point] of [[",", "."], [".", ","]]) {
    const grouped = new RegExp(`^[+-]?[1-9]\\d{0,2}(\\${mark}\\d{3})+(\\${point}\\d+)?$`);
    if (grouped.test(body)) found.push(Number(body.replaceAll(mark, "").replace(point, ".")));
  }
  return percent ? found.flatMap((value) => [value, value / 100]) : found;
}

/** @type {(original: Element | null) => Node[]} */
const copy = (original) => [...(original?.childNodes ?? [])].map((node) => node.cloneNode(true));

/** @type {(right: boolean, text: string) => HTMLElement} */
const sign = (right, text) =>
  element("span", { class: `quiz__mark quiz__mark--${right ? "right" : "wrong"}` }, `${right ? "✓" : "✗"} ${text}`);

/** @type {(items: HTMLElement[], several: boolean, id: string) => Asked} */
function choices(items, several, id) {
  const options = items.map((item) => {
    const input = element("input", { type: several ? "checkbox" : "radio", name: id });
    const text = element("span", {}, ...copy(item.querySelector(".quiz__text")));
    const label = element("label", { class: "quiz__option" }, input, text);
    return { input, label, text, right: item.dataset.quizIs === "right", feedback: item.querySelector(".quiz__said") };
  });
  return {
    legend: several ? "Tick all that apply" : "Choose one",
    parts: options.map(({ label }) => label),
    missing: () =>
      options.some(({ input }) => input.checked) ? "" : several ? "Tick one or more first." : "Choose one first.",
    isRight: () => options.every(({ input, right }) => input.checked === right),
    mark() {
      for (const { input, text, right } of options) {
        if (input.checked) text.append(sign(right, right ? "right" : "not right"));
        else if (right) text.append(sign(true, several ? "right, and not ticked" : "right"));
      }
      return options.filter(({ input, feedback }) => input.checked && feedback)
        .map(({ feedback }) => element("p", {}, ...copy(feedback)));
    },
  };
}

/** @type {(item: HTMLElement) => Asked} */
function number(item) {
  // Not inputmode="decimal": the keyboard that some phones show for it has no minus.
  const input = element("input", {
    type: "text",
    class: "quiz__number",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
  });
  const label = element("label", { class: "quiz__option" }, element("span", {}, "Number:"), input);
  const value = Number(item.dataset.quizValue), allowed = Number(item.dataset.quizTolerance);
  const tolerance = allowed + 1e-12 * Math.abs(value); // a decimal fraction is rounded
  const isRight = () => readings(input.value).some((meant) => Math.abs(meant - value) <= tolerance);
  return {
    legend: "Type a number",
    parts: [label],
    missing: () => readings(input.value).length ? "" : "Type a number first, such as 12 or 0.25.",
    isRight,
    mark() {
      label.append(sign(isRight(), isRight() ? "right" : "not right"));
      const text = item.querySelector(".quiz__text")?.textContent ?? "";
      return [element("p", {}, `The answer is ${allowed ? "about " : ""}${text.replace("-", "−")}.`)];
    },
  };
}

/**
 * What a fold's heading says about earlier answers.
 * @type {(summary: HTMLElement, answered: import("./answers.js").Answered | undefined) => void}
 */
export function showState(summary, answered) {
  summary.querySelector(".quiz__state")?.remove();
  if (!answered) return;
  const right = answered.last === "right";
  summary.append(" ", element("span", { class: "quiz__state" }, right ? "✓ right last time" : "✗ missed last time"));
}

const UNKEPT = "This browser keeps nothing more for this site: that you answered is forgotten when you leave the page.";

let forms = 0;

/**
 * Make a form of a question.
 * @param {HTMLDetailsElement} question
 * @param {string} key its page's address in the site, and its name there
 * @param {import("./answers.js").Answers} answers
 * @param {(right: boolean) => void} answered is called whenever it has been marked
 */
export function ask(question, key, answers, answered = () => {}) {
  const summary = question.querySelector("summary");
  /** @type {HTMLElement | null} */
  const list = question.querySelector("[data-quiz]");
  if (question.dataset.live !== undefined || !summary || !list) return;
  question.dataset.live = "";
  const id = `quiz-${forms++}`;
  const text = element("span", { id: `${id}-question` }, ...summary.childNodes);
  summary.append(text);
  const items = /** @type {HTMLElement[]} */ ([...list.children]);
  const asked = list.dataset.quiz === "number" ? number(items[0]) : choices(items, list.dataset.quiz === "several", id);

  const legend = element("legend", { id: `${id}-legend` }, asked.legend);
  const button = element("button", { type: "submit", class: "quiz__button" }, "Check");
  const verdict = element("div", { class: "quiz__verdict", role: "status" });
  const fields = element("fieldset", { "aria-labelledby": `${id}-question ${id}-legend` }, legend, ...asked.parts);
  const form = element("form", { class: "quiz__form", novalidate: "" }, fields, button, verdict);
  question.querySelector(".quiz__key")?.before(form);
  showState(summary, answers.all()[key]);

  let marked = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (marked) return; // the same answer a second time
    const missing = asked.missing();
    verdict.className = "quiz__verdict";
    if (missing) {
      verdict.replaceChildren(element("p", {}, missing));
      return;
    }
    marked = true;
    const right = asked.isRight();
    verdict.classList.add(right ? "quiz__verdict--right" : "quiz__verdict--wrong");
    verdict.replaceChildren(
      element("p", { class: "quiz__outcome" }, right ? "✓ Right." : "✗ Not right."),
      ...asked.mark(),
      ...copy(question.querySelector(".quiz__reason")),
    );
    answers.note(key, right);
    if (!answers.kept) verdict.append(element("p", {}, UNKEPT));
    showState(summary, answers.all()[key]);
    answered(right);
  });
  // Another answer: the marks of the last one no longer belong to it.
  fields.addEventListener("input", () => {
    if (!marked) return;
    marked = false;
    for (const mark of fields.querySelectorAll(".quiz__mark")) mark.remove();
    verdict.className = "quiz__verdict";
    verdict.replaceChildren();
  });
}
