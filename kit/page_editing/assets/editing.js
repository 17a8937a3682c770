// A page as its reader changes it: what was edited runs from the top, and the page becomes that of the changed program.
import { offerEarlier } from "./earlier-edits.js";
import { element } from "./element.js";
import { KeptEdits } from "./kept-edits.js";
import { Refused } from "./server-engine.js";
import { ShownPage, snippetsOf } from "./shown-page.js";
import { EditableSnippet } from "./snippet.js";
import { nameOf, note, solved } from "./solved-exercises.js";
import { StatusBar } from "./status-bar.js";
import { saveNotebook, saveScript } from "./take-program.js";

/** @typedef {import("./server-engine.js").Happening} Happening */
/**
 * @typedef {object} Progress of a run
 * @property {number} next the first snippet that has not run
 * @property {string} loading how much of the engine has come, while it comes
 * @property {string} ended where an error has ended the program
 * @property {string} error its last line
 * @property {string} failed why the engine has ended it
 * @property {Map<number, number>} errors the lines of errors, by their snippets
 */

const TAB = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
const WAITS = "Not run yet";
const COMMAND = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘+Enter" : "Ctrl+Enter";

/** @type {(count: number, what: string) => string} */
const some = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** @type {(why: string) => string} */
const notRun = (why) => `<p class="output output--not-run">Not run: ${why}</p>`;

/** @type {(bytes: number) => string} */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** @type {(milliseconds: number) => string} */
const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

const reload = () => {
  const button = element("button", { type: "button" }, "Reload");
  button.addEventListener("click", () => location.reload());
  return button;
};

class Editing {
  #settings;
  #names;
  #engine;
  #kept;
  #bar;
  #snippets;
  /** @type {AbortController | null} */
  #run = null; // what runs now
  /** @type {Promise<ShownPage> | null} */
  #page = null; // fetched at the first run
  /** @type {Map<number, string>} */
  #shown = new Map(); // the code of the snippets whose program the page shows, where it is the reader's
  #ran = false; // whether the page shows anything but what was built

  /**
   * @param {Element} article
   * @param {import("./page-editing.js").Settings} settings
   * @param {import("./server-engine.js").Engine} engine
   * @param {import("./page-editing.js").Names} names
   */
  constructor(article, settings, engine, names) {
    this.article = article;
    this.#settings = settings;
    this.#names = names;
    this.#engine = engine;
    this.#kept = new KeptEdits(names.store, settings.page, settings.made_from);
    this.#bar = new StatusBar(article, {
      run: () => this.runOrStop(),
      reset: () => this.resetPage(),
      script: () => this.#save(),
      notebook: () => this.#saveNotebook(),
    });
    const done = solved(`${names.store}.solved`);
    this.#snippets = snippetsOf(article).map((block, number) => {
      const exercise = block.classList.contains(names.unsolved);
      const snippet = new EditableSnippet(/** @type {HTMLElement} */ (block), number, exercise, {
        changed: (changed) => this.#changed(changed),
        run: (asked) => this.runOrStop(asked),
        reset: (asked) => this.#reset(asked),
      });
      const day = exercise && done[this.#exercise(snippet)];
      if (day) snippet.rest = `✓ Solved on ${inWords(day)}`;
      snippet.tell("");
      return snippet;
    });
    this.#restore();
    this.#kept.listen(() => this.#elsewhere());
    addEventListener("offline", () => this.#run || this.#tell());
  }

  /** @param {EditableSnippet} snippet */
  #exercise(snippet) {
    return nameOf(this.#settings.page, snippet.original, snippet.number);
  }

  get #changes() {
    return this.#snippets.filter(({ changed }) => changed);
  }

  // ---- What was changed ----

  /** What was kept of an earlier visit: the code is there again, and runs when the reader asks for it. */
  #restore() {
    for (const [number, { code }] of Object.entries(this.#kept.all())) {
      const snippet = this.#snippets[Number(number)];
      snippet?.put(code);
      snippet?.tell(WAITS);
    }
    if (this.#changes.length) this.#tell();
    const earlier = this.#kept.earlier();
    if (!earlier.length) return;
    offerEarlier(this.article, earlier, this.#snippets, {
      use: (snippet, code) => {
        snippet.put(code);
        this.#changed(snippet);
      },
      discard: () => this.#kept.forgetEarlier(),
    });
  }

  /** @param {EditableSnippet} snippet */
  #changed(snippet) {
    const { number, original: was, code, changed } = snippet;
    this.#kept.keep(number, changed ? { code, was } : null);
    snippet.tell(this.#shown.get(number) === snippet.edited ? "" : WAITS);
    if (!this.#run) this.#tell();
  }

  /** @param {EditableSnippet} snippet */
  #reset(snippet) {
    const { changed, number } = snippet;
    snippet.reset();
    if (!changed) return;
    this.#kept.keep(number, null);
    if (this.#ran) this.run(snippet);
    else this.#tell();
  }

  resetPage() {
    for (const snippet of this.#snippets) {
      if (snippet.changed) this.#kept.keep(snippet.number, null);
      snippet.reset();
    }
    if (this.#ran) this.run();
    else this.#tell();
  }

  /** Another tab has written. */
  #elsewhere() {
    const kept = this.#kept.all();
    const other = this.#snippets.filter(({ number, edited }) => (kept[number]?.code ?? null) !== edited);
    if (!other.length) return;
    const button = element("button", { type: "button" }, "Take that over");
    button.addEventListener("click", () => {
      for (const snippet of other) {
        snippet.put(kept[snippet.number]?.code ?? snippet.original);
        snippet.tell(WAITS);
      }
      this.#tell();
    });
    this.#bar.say("Another tab has changed this page's program.", button);
  }

  /** Say in the bar how the page stands. @param {string} [first] */
  #tell(first = "") {
    const changes = this.#changes,
      waiting = this.#snippets.some(({ number, edited }) => (this.#shown.get(number) ?? null) !== edited);
    this.#bar.offer(false, changes.length > 0);
    if (!first && !changes.length && !this.#ran) return this.#bar.hide();
    const count = `${some(changes.length, "snippet")} changed`;
    const own = waiting
      ? `${count}, and not run yet: ${COMMAND} runs the page.`
      : changes.length
      ? `This page shows your program: ${count}.`
      : "This page is as it was built.";
    const { engine, size = 0 } = this.#settings;
    const line = !waiting
      ? ""
      : engine === "worker"
      ? this.#ran ? "" : ` It runs in your browser, and for that fetches ${megabytes(size)}, once.`
      : navigator.onLine
      ? ""
      : " You are offline: only a server on this machine can answer.";
    this.#bar.say([first, own + line].filter(Boolean).join(" "));
  }

  // ---- Running ----

  /** @param {EditableSnippet} [from] */
  runOrStop(from) {
    if (this.#run) this.#run.abort();
    else this.run(from);
  }

  /**
   * The page as the server has it: what this page was made from.
   * @returns {Promise<ShownPage>}
   */
  async #text() {
    const answer = await fetch(location.href.replace(/#.*/, ""), { cache: "no-store" });
    const built = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("article");
    if (!answer.ok || !built) throw new TypeError(`${location.href}: ${answer.status}`);
    if (snippetsOf(built).length !== this.#snippets.length) throw new Refused(409, "This page has changed.");
    return new ShownPage(this.article, built);
  }

  /** Run the page as it is edited, from the top. @param {EditableSnippet} [from] where the reader is */
  async run(from) {
    this.#run?.abort();
    const run = this.#run = new AbortController();
    const began = performance.now();
    const edits = new Map(this.#changes.map(({ number, code }) => [number, code]));
    /** @type {Progress} */
    const progress = { next: 0, loading: "", ended: "", error: "", failed: "", errors: new Map() };
    for (const snippet of this.#snippets) snippet.running(true);
    for (const snippet of this.#changes) snippet.settle();
    this.#bar.offer(true, edits.size > 0);
    this.#bar.say("Your program runs.");
    const clock = setInterval(() => {
      const at = `snippet ${Math.min(progress.next + 1, this.#snippets.length)} of ${this.#snippets.length}`;
      this.#bar.count(progress.loading || `${at}, ${seconds(performance.now() - began)}`);
    }, 100);
    try {
      this.#page ??= this.#text();
      const page = await this.#page;
      await this.#engine.run(
        { page: this.#settings.page, made_from: this.#settings.made_from, edits: Object.fromEntries(edits), tab: TAB },
        (happening) => run === this.#run && !run.signal.aborted && this.#follow(happening, page, progress, edits, from),
        run.signal,
      );
      this.#over(run, clock);
      this.#end(page, progress, edits, began);
    } catch (error) {
      if (this.#over(run, clock)) await this.#broken(error, run, progress, began);
    }
  }

  /**
   * Nothing runs any more, unless another run has begun; whether that is so.
   * @type {(run: AbortController, clock: number) => boolean}
   */
  #over(run, clock) {
    clearInterval(clock);
    if (this.#run !== run) return false;
    this.#run = null;
    for (const snippet of this.#snippets) snippet.running(false);
    return true;
  }

  /**
   * @param {Happening} happening
   * @param {ShownPage} page
   * @param {Progress} progress
   * @param {Map<number, string>} edits
   * @param {EditableSnippet} [from]
   */
  #follow(happening, page, progress, edits, from) {
    const still = this.#still(from);
    if (happening.event === "loading") {
      progress.loading = `Python comes to your browser: ${megabytes(happening.loaded)} of ${
        megabytes(happening.total)
      }`;
    } else if (happening.event === "started") {
      progress.loading = "";
      progress.next = happening.from;
      this.#ran = true;
      for (const snippet of this.#snippets) {
        snippet.mark(null);
        snippet.tell("");
      }
    } else if (happening.event === "running") progress.next = happening.snippet;
    else if (happening.event === "output") {
      page.output(happening.snippet, happening.html, happening.sheet);
      progress.next = happening.snippet + 1;
      this.#finished(happening.snippet, edits);
    } else if (happening.event === "error") {
      const { snippet: number, line, html, message, ends } = happening;
      page.output(number, html);
      progress.next = number + 1;
      const snippet = this.#snippets[number];
      snippet?.tell("");
      if (snippet && (ends || edits.has(number))) {
        progress.errors.set(number, line);
        snippet.mark(line);
        snippet.tell(snippet.isExercise && !ends ? "Not solved yet" : `Error in line ${line}`);
      }
      if (ends) {
        progress.ended = `the program ended in snippet ${number + 1}, line ${line}`;
        progress.error = message.trimEnd().split("\n").at(-1) ?? "";
      }
    } else if (happening.event === "page") page.show(happening.html, happening.sheet);
    else if (happening.event === "failed") progress.failed = happening.message;
    still();
  }

  /**
   * Keeps what the reader looks at in its place while the page changes above it.
   * @param {EditableSnippet} [from]
   */
  #still(from) {
    const before = from?.block.getBoundingClientRect().top;
    return () => {
      const moved = from && before !== undefined ? from.block.getBoundingClientRect().top - before : 0;
      if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
    };
  }

  /** A snippet has run without an error: what was an exercise is solved. @type {(number: number, edits: Map<number, string>) => void} */
  #finished(number, edits) {
    const snippet = this.#snippets[number];
    if (!snippet) return;
    if (snippet.edited === (edits.get(number) ?? null)) snippet.tell("");
    if (!snippet.isExercise || !edits.has(number)) return;
    snippet.rest = "✓ Solved";
    snippet.tell("");
    note(`${this.#names.store}.solved`, this.#exercise(snippet));
  }

  /** @type {(page: ShownPage, progress: Progress, edits: Map<number, string>, began: number) => void} */
  #end(page, progress, edits, began) {
    this.#shown = edits;
    const { ended, error, failed } = progress;
    const why = ended || (failed && "the run was ended");
    if (why) this.#leaveOut(page, progress.next, why);
    for (const snippet of this.#changes) if (snippet.edited !== edits.get(snippet.number)) snippet.tell(WAITS);
    for (const [number, line] of progress.errors) page.errorLine(number, line);
    const { outputs, sentences } = page.mark();
    if (!edits.size && !why) {
      this.#ran = false;
      if (this.#changes.length) return this.#tell();
      this.#bar.offer(false, false);
      return this.#bar.sayAndGo("This page is as it was built.");
    }
    const differs = [outputs && some(outputs, "output"), sentences && some(sentences, "sentence")].filter(Boolean);
    const one = outputs + sentences === 1;
    const verb = one ? "differs, and is marked" : "differ, and are marked";
    const marked = differs.length ? `${differs.join(" and ")} ${verb}.` : "Nothing else differs.";
    this.#tell(failed || (ended && `${ended[0].toUpperCase()}${ended.slice(1)}: ${error}.`));
    const { digits = 0 } = this.#settings;
    const near = digits ? ` In your browser ${some(digits, "number")} may differ by one in the last digit.` : "";
    this.#bar.count(`${marked}${near} It took ${seconds(performance.now() - began)}.`);
  }

  /** Say of what did not run that it did not. @type {(page: ShownPage, first: number, why: string) => void} */
  #leaveOut(page, first, why) {
    const html = element("span", {}, why).innerHTML;
    for (let number = first; number < this.#snippets.length; number++) {
      page.output(number, notRun(`${html}.`));
      this.#snippets[number].tell("Not run");
    }
  }

  /** @type {(error: any, run: AbortController, progress: Progress, began: number) => Promise<void>} */
  async #broken(error, run, progress, began) {
    if (run.signal.aborted) {
      const page = await this.#page;
      if (page && this.#ran) {
        this.#leaveOut(page, progress.next, "you have stopped the program");
        page.mark();
      }
      this.#shown = new Map([[-1, ""]]); // of no program
      this.#tell(`Stopped after ${seconds(performance.now() - began)}.`);
    } else if (error instanceof Refused) {
      const { status, message } = error;
      if (status === 403) {
        this.#bar.say(
          "The server was started anew since this page was opened. Reload the page: your changes are kept.",
          reload(),
        );
      } else if (status === 409) {
        this.#bar.say("This page has changed since you opened it. Reload it: your changes are kept.", reload());
      } else this.#bar.say(message);
    } else {
      const lost = this.#settings.engine === "worker"
        ? "What runs the code cannot be fetched. Are you offline?"
        : "The server that runs the code does not answer. Is it still there?";
      this.#bar.say(`${lost} Your changes are kept.`);
      this.#page = this.#ran ? this.#page : null;
    }
    this.#bar.offer(false, this.#changes.length > 0);
  }

  // ---- Taking it along ----

  async #save() {
    await Promise.all(this.#snippets.map((snippet) => snippet.settle()));
    saveScript(this.#settings.page, this.#snippets.map(({ block }) => block));
  }

  async #saveNotebook() {
    /** @type {HTMLAnchorElement | null} */
    const link = this.article.querySelector('.take-away a[download][href$=".ipynb"]');
    try {
      if (!link) throw new Error("this page has no notebook");
      await saveNotebook(this.#settings.page, link.href, this.#snippets.map(({ edited }) => edited));
    } catch {
      this.#bar.say("The page's notebook cannot be fetched just now: save it as a script, or try again.");
    }
  }
}

/** @type {(day: string) => string} */
const inWords = (day) =>
  new Date(`${day}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

/**
 * @type {(article: Element, settings: import("./page-editing.js").Settings, engine: import("./server-engine.js").Engine,
 *   names: import("./page-editing.js").Names) => void}
 */
export function begin(article, settings, engine, names) {
  new Editing(article, settings, engine, names);
}
