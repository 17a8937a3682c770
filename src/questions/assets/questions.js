// Questions that mark themselves, and the review that brings them back.

"use strict"; // which keeps the names of functions inside the braces
{
  const BASE = new URL("..", document.currentScript.src); // of the site: this file lies in its assets/
  const STORE = "nnf.quiz";
  const DAYS = [0, 1, 3, 7, 21]; // after how many days a question in this box comes back
  const KEEPS = /^[^#]*#q-[0-9a-f]{8}$/; // a question: its page's address below BASE, and its name there

  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  const some = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

  // ---- What was answered ----

  let unkept = null; // what was answered, where the browser keeps nothing

  // The day so many days from now, as the reader's calendar has it: 2026-11-21. Such texts sort as their days do.
  function day(ahead = 0) {
    const date = new Date();
    date.setDate(date.getDate() + ahead);
    const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
    return parts.map((part) => String(part).padStart(2, "0")).join("-");
  }

  const isCount = (value) => Number.isInteger(value) && value >= 0;

  function isRecord(record) {
    return record && isCount(record.times) && isCount(record.right) && isCount(record.box) &&
      record.box < DAYS.length &&
      ["right", "wrong"].includes(record.last) && /^\d{4}-\d\d-\d\d$/.test(record.due) && !isNaN(new Date(record.due));
  }

  // All records by question. Whatever is damaged is left out: somebody else may have written there.
  function load() {
    if (unkept) return unkept;
    let text = null;
    try {
      text = localStorage.getItem(STORE);
    } catch { // blocked
      return unkept = {};
    }
    try {
      const { questions } = JSON.parse(text);
      return Object.fromEntries(
        Object.entries(questions).filter(([key, record]) => KEEPS.test(key) && isRecord(record)),
      );
    } catch {
      return {};
    }
  }

  function save(questions) {
    try {
      localStorage.setItem(STORE, JSON.stringify({ version: 1, questions }));
    } catch { // blocked, or full
      unkept = questions;
    }
  }

  function forget(...keys) {
    const questions = load();
    for (const key of keys) delete questions[key];
    save(questions);
  }

  // A right answer to a question that is due puts it one box further; a wrong one puts it back, and it is due at once.
  function note(key, right) {
    const questions = load();
    const before = questions[key] ?? { times: 0, right: 0, box: 0, due: day() };
    const early = right && before.due > day();
    const box = !right ? 0 : early ? before.box : Math.min(before.box + 1, DAYS.length - 1);
    questions[key] = {
      times: before.times + 1,
      right: before.right + right,
      last: right ? "right" : "wrong",
      box,
      due: early ? before.due : day(DAYS[box]),
    };
    save(questions);
  }

  // ---- Marking ----

  // The numbers that a reader may have meant. Comma and point are both read as the decimal sign; where they could as
  // well part thousands, as in 1,024, that is a second reading.
  function readings(text) {
    const [, body, percent] = /^(.*?)(%?)$/.exec(text.replace(/[\s'’]/g, "").replace(/[−–]/g, "-"));
    const found = [];
    const plain = body.replace(",", ".");
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) found.push(Number(plain));
    for (const [mark, point] of [[",", "."], [".", ","]]) {
      const grouped = new RegExp(`^[+-]?[1-9]\\d{0,2}(\\${mark}\\d{3})+(\\${point}\\d+)?$`);
      if (grouped.test(body)) found.push(Number(body.replaceAll(mark, "").replace(point, ".")));
    }
    return percent ? found.flatMap((value) => [value, value / 100]) : found;
  }

  const copy = (element) => [...(element?.childNodes ?? [])].map((node) => node.cloneNode(true));

  function sign(right, text) {
    return make(
      "span",
      { class: `quiz__mark quiz__mark--${right ? "right" : "wrong"}` },
      `${right ? "✓" : "✗"} ${text}`,
    );
  }

  let forms = 0;

  // Each kind of question: what stands in its form; whether it can be marked yet; what the marking shows.
  function choices(items, several, id) {
    const options = items.map((item) => {
      const input = make("input", { type: several ? "checkbox" : "radio", name: id });
      const text = make("span", {}, ...copy(item.querySelector(".quiz__text")));
      const label = make("label", { class: "quiz__option" }, input, text);
      return {
        input,
        label,
        text,
        right: item.dataset.quizIs === "right",
        said: item.querySelector(".quiz__said"),
      };
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
        return options.filter(({ input, said }) => input.checked && said).map(({ said }) =>
          make("p", {}, ...copy(said))
        );
      },
    };
  }

  function number([item]) {
    // Not inputmode="decimal": the keyboard that some phones show for it has no minus.
    const input = make("input", {
      type: "text",
      class: "quiz__number",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
    });
    const label = make("label", { class: "quiz__option" }, make("span", {}, "Number:"), input);
    const value = Number(item.dataset.quizValue);
    const tolerance = Number(item.dataset.quizTolerance) + 1e-12 * Math.abs(value); // a decimal fraction is rounded
    return {
      legend: "Type a number",
      parts: [label],
      missing: () => readings(input.value).length ? "" : "Type a number first, such as 12 or 0.25.",
      isRight: () => readings(input.value).some((meant) => Math.abs(meant - value) <= tolerance),
      mark() {
        const right = this.isRight();
        label.append(sign(right, right ? "right" : "not right"));
        const exactly = Number(item.dataset.quizTolerance) ? "about " : "";
        return [
          make(
            "p",
            {},
            `The answer is ${exactly}${item.querySelector(".quiz__text").textContent.replace("-", "−")}.`,
          ),
        ];
      },
    };
  }

  // What a fold's heading says about earlier answers.
  function showState(summary, record) {
    summary.querySelector(".quiz__state")?.remove();
    if (!record) return;
    const right = record.last === "right";
    summary.append(" ", make("span", { class: "quiz__state" }, right ? "✓ right last time" : "✗ missed last time"));
  }

  // Make a form of a question. `answered` is called whenever it has been marked.
  function enliven(question, key, answered = () => {}) {
    if (question.dataset.live !== undefined) return;
    question.dataset.live = "";
    const id = `quiz-${forms++}`;
    const summary = question.querySelector("summary");
    const text = make("span", { id: `${id}-question` }, ...summary.childNodes);
    summary.append(text);
    const list = question.querySelector("[data-quiz]");
    const kind = list.dataset.quiz;
    const asked = kind === "number" ? number([...list.children]) : choices([...list.children], kind === "several", id);

    const legend = make("legend", { id: `${id}-legend` }, asked.legend);
    const button = make("button", { type: "submit", class: "quiz__button" }, "Check");
    const said = make("div", { class: "quiz__verdict", role: "status" });
    const fields = make("fieldset", { "aria-labelledby": `${id}-question ${id}-legend` }, legend, ...asked.parts);
    const form = make("form", { class: "quiz__form", novalidate: "" }, fields, button, said);
    question.querySelector(".quiz__key").before(form);
    showState(summary, load()[key]);

    let marked = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (marked) return; // the same answer a second time
      const missing = asked.missing();
      said.className = "quiz__verdict";
      if (missing) {
        said.replaceChildren(make("p", {}, missing));
        return;
      }
      marked = true;
      const right = asked.isRight();
      const own = asked.mark();
      const reason = question.querySelector(".quiz__reason");
      said.classList.add(right ? "quiz__verdict--right" : "quiz__verdict--wrong");
      said.replaceChildren(
        make("p", { class: "quiz__outcome" }, right ? "✓ Right." : "✗ Not right."),
        ...own,
        ...copy(reason),
      );
      note(key, right);
      showState(summary, load()[key]);
      answered(right);
    });
    // Another answer: the marks of the last one no longer belong to it.
    fields.addEventListener("input", () => {
      if (!marked) return;
      marked = false;
      for (const mark of fields.querySelectorAll(".quiz__mark")) mark.remove();
      said.className = "quiz__verdict";
      said.replaceChildren();
    });
  }

  const inSite = (url) => url.pathname.slice(BASE.pathname.length).replace(/(^|\/)index\.html$/, "$1");
  const keyOf = (question, url) => `${inSite(url)}#${question.id}`;

  // ---- Review ----

  const dueFirst = ([, a], [, b]) => a.box - b.box || (a.due < b.due ? -1 : 1);
  const due = () =>
    Object.entries(load()).filter(([, record]) => record.due <= day()).sort(dueFirst).map(([key]) => key);

  function written(date) {
    return new Date(`${date}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  }

  // What waits, and until when.
  function waiting() {
    const dates = Object.values(load()).map((record) => record.due).filter((date) => date > day()).sort();
    if (!dates.length) return [];
    const counts = [...new Set(dates)].map((date) => [dates.filter((other) => other === date).length, date]);
    const heading = `${some(dates.length, "question")} ${dates.length === 1 ? "waits" : "wait"}:`;
    return [
      make("p", {}, heading),
      make("ul", {}, ...counts.map(([count, date]) => make("li", {}, `${count} until ${written(date)}`))),
    ];
  }

  const pages = new Map(); // of lessons that were fetched: parsed, by address

  async function fetched(url) {
    const address = url.href.replace(/#.*/, "");
    if (!pages.has(address)) {
      const response = await fetch(address);
      if (response.status === 404 || response.status === 410) return null; // there is no such page any more
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      pages.set(address, new DOMParser().parseFromString(await response.text(), "text/html"));
    }
    return pages.get(address);
  }

  // A question, out of its lesson: an element, with the lesson's title and address. `gone` where it exists no longer.
  async function take(key) {
    const url = new URL(key, BASE);
    if (!url.href.startsWith(BASE.href)) return { gone: true };
    const lesson = await fetched(url);
    const found = lesson?.getElementById(url.hash.slice(1));
    // A page without any question may be a server's excuse, and says nothing about what exists.
    if (!found && lesson && !lesson.querySelector("[data-quiz]")) throw new Error(`${url}: not a lesson`);
    if (!found?.matches("details.quiz")) return { gone: true };
    const question = document.importNode(found, true);
    question.open = true;
    for (const attribute of ["href", "src"]) {
      for (const element of question.querySelectorAll(`[${attribute}]`)) {
        element.setAttribute(attribute, new URL(element.getAttribute(attribute), url).href);
      }
    }
    return { question, url, title: lesson.querySelector("h1")?.firstChild?.textContent.trim() || lesson.title };
  }

  function review(root) {
    const status = make("p", { class: "review__status", role: "status", tabindex: "-1" });
    const stage = make("div");
    const next = make("button", { type: "button", class: "quiz__button" }, "Next question");
    const rest = make("div");
    const again = make("button", { type: "button", class: "quiz__button" }, "Forget all answers and start again");
    let queue = due();
    let unreached = 0;

    async function show(moved) {
      stage.replaceChildren();
      rest.replaceChildren();
      next.hidden = true;
      again.hidden = true;
      let taken = null;
      while (!taken && queue.length) {
        const key = queue[0];
        try {
          const one = await take(key);
          if (one.gone) forget(key);
          else taken = one;
        } catch {
          unreached += 1;
        }
        if (!taken) queue.shift();
      }
      if (!root.isConnected) return; // the reader has gone on to another page
      if (taken) ask(taken);
      else end();
      again.hidden = !Object.keys(load()).length;
      if (moved) (stage.querySelector("summary") ?? status).focus();
    }

    function ask({ question, url, title }) {
      const key = queue[0];
      const from = make("a", { href: url.href }, title);
      status.replaceChildren(
        queue.length === 1 ? "One question is due, from " : `${queue.length} questions are due. This one is from `,
        from,
        ".",
      );
      stage.append(question);
      enliven(question, key, (right) => {
        const before = queue.filter((other) => other !== key);
        queue = right ? [key, ...before] : [key, ...before, key]; // what was missed comes again at the end
        next.textContent = queue.length > 1 ? "Next question" : "Finish";
        next.hidden = false;
      });
    }

    function end() {
      const known = Object.keys(load()).length;
      const lines = [
        known || unreached
          ? "Nothing is due."
          : "Nothing is due: you have not answered a question yet. There are some at the end of each lesson.",
      ];
      if (unreached) {
        lines[0] = `${some(unreached, "question")} could not be fetched just now. Come back when you are connected.`;
      }
      if (unkept) {
        lines.push("This browser keeps nothing for this site, so what you answer is forgotten when you leave.");
      }
      status.replaceChildren(lines.join(" "));
      rest.replaceChildren(...waiting());
    }

    next.addEventListener("click", () => {
      queue.shift();
      show(true);
    });
    again.addEventListener("click", () => {
      const count = some(Object.keys(load()).length, "question");
      if (!confirm(`Forget what you answered to ${count}?`)) return;
      save({});
      queue = [];
      unreached = 0;
      show(true);
    });
    root.replaceChildren(status, stage, next, rest, again);
    show(false);
  }

  // Material emits the document at the start and after each instant navigation.
  document$.subscribe(() => {
    const here = new URL(location.href);
    for (const question of document.querySelectorAll("article details.quiz")) {
      enliven(question, keyOf(question, here));
    }
    const root = document.querySelector(".review:not([data-live])");
    if (root) {
      root.dataset.live = "";
      review(root);
    }
  });
}
