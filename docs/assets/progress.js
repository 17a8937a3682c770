// What a reader has read, kept in this browser alone: on each lesson a button, on the first page the state of every
// lesson, where to go on, and a way to take it all to another browser.

"use strict"; // which keeps the names of functions inside the braces
{
  const KEY = "nnf.read", OURS = /^nnf\.[\w.-]+$/, KIND = "neural-net-foundations progress";
  const LARGEST = 5_000_000; // bytes of a file that is taken; what a browser keeps for a site is no more
  const LESSON = /^lessons\/[^/]+\/$/, DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
  const SAVED = { opened: DAY, done: DAY };

  // ---- What is kept: {lessons: {"lessons/x/": {opened, done}}, last: {lesson, place, heading}} ----

  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

  // The browser's storage; nothing where it is blocked, as it may be in a private window. Asked once: every answer
  // would be news to other tabs.
  let store;
  try {
    localStorage.setItem("nnf", "");
    localStorage.removeItem("nnf");
    store = localStorage;
  } catch { /* it is blocked */ }

  // Only what has the right shape: somebody may have written into it.
  function sound(read) {
    const lessons = {};
    for (const [name, days] of Object.entries(isObject(read?.lessons) ? read.lessons : {})) {
      if (!LESSON.test(name) || !isObject(days)) continue;
      lessons[name] = Object.fromEntries(
        Object.entries(SAVED).filter(([key, form]) => form.test(days[key] ?? ""))
          .map(([key]) => [key, days[key]]),
      );
    }
    const last = isObject(read?.last) && LESSON.test(read.last.lesson) ? read.last : undefined;
    return { lessons, last };
  }

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  const load = () => sound(parse(store?.getItem(KEY) ?? "null"));

  // Say what changes; what other tabs have written meanwhile stays.
  function change(edit) {
    const read = load();
    edit(read);
    try {
      store?.setItem(KEY, JSON.stringify(read));
    } catch { /* it is full: the page goes on without */ }
  }

  const today = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join(
      "-",
    );
  };

  const inWords = (day) =>
    new Date(`${day}T12:00`).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

  const scope = () => new URL(__md_scope).pathname;
  const nameOf = (address) => new URL(address, location).pathname.slice(scope().length);

  function make(kind, properties, ...children) {
    const element = Object.assign(document.createElement(kind), properties);
    element.append(...children);
    return element;
  }

  // ---- A lesson ----

  let here; // the lesson that is open

  function open(name, article) {
    here = name;
    change(({ lessons }) => {
      (lessons[name] ??= {}).opened ??= today();
    });
    place();
    const button = article.querySelector(".done__button");
    if (!button || !store) return;
    const note = article.querySelector(".done__note");
    const show = () => {
      const { done } = load().lessons[name] ?? {};
      button.setAttribute("aria-pressed", Boolean(done));
      note.textContent = done ? `Done on ${inWords(done)}. Press again to take that back.` : "";
    };
    show();
    button.hidden = false;
    button.addEventListener("click", () => {
      change(({ lessons }) => {
        const days = lessons[name] ??= { opened: today() };
        if (days.done) delete days.done;
        else days.done = today();
      });
      show();
    });
  }

  // Remember the section in which the reader is.
  function place() {
    if (!here) return;
    const above = [...document.querySelectorAll("article h2[id]")].filter((h2) => h2.getBoundingClientRect().top < 200);
    const heading = above.at(-1);
    change((read) => {
      read.last = { lesson: here, place: heading?.id, heading: heading?.firstChild.textContent.trim() };
    });
  }

  let later;
  addEventListener("scroll", () => {
    clearTimeout(later);
    later = setTimeout(place, 400);
  }, { passive: true });

  // ---- The first page ----

  function show(panel) {
    const { lessons, last } = load();
    const cards = [];
    for (const card of document.querySelectorAll(".cards li")) {
      const link = card.querySelector("h3 a");
      const name = link && nameOf(link.href);
      if (!LESSON.test(name)) continue;
      const { opened, done } = lessons[name] ?? {};
      const state = done ? "done" : opened ? "begun" : "none";
      cards.push({ name, link, state });
      let badge = card.querySelector(".state");
      if (!badge) card.append(badge = make("span"));
      badge.className = `state state--${state}`;
      badge.textContent = done ? `Done on ${inWords(done)}` : opened ? `Begun on ${inWords(opened)}` : "Not started";
    }
    const count = (state) => cards.filter((card) => card.state === state).length;
    panel.querySelector("progress").max = cards.length;
    panel.querySelector("progress").value = count("done");
    const begun = count("begun");
    panel.querySelector(".progress__count").textContent = `${count("done")} of ${cards.length} lessons done${
      begun ? `, ${begun} more begun` : ""
    }.`;
    goOn(cards, last);
  }

  // The link at the top of the page: to the lesson that was open last, or, where that is done, to the next that is not.
  function goOn(cards, last) {
    const link = document.querySelector("a.continue");
    if (!link || !cards.length) return;
    link.dataset.start ??= link.textContent;
    link.dataset.href ??= link.getAttribute("href");
    const at = cards.findIndex(({ name }) => name === last?.lesson);
    const next = cards[at]?.state === "begun"
      ? cards[at]
      : [...cards.slice(at + 1), ...cards].find(({ state }) => state !== "done");
    const done = cards.filter(({ state }) => state === "done").length;
    link.nextElementSibling?.remove();
    if (at >= 0) {
      const textContent = `${done} of ${cards.length} lessons done`;
      link.after(" ", make("a", { href: "#your-progress", className: "continue__count", textContent }));
    }
    link.setAttribute("href", next && at >= 0 ? next.link.href : link.dataset.href);
    if (at < 0) link.textContent = link.dataset.start;
    else if (!next) link.textContent = "You have done every lesson: start again";
    else {
      const title = next.link.textContent;
      const where = next === cards[at] && last.place && last.heading;
      if (where) link.hash = last.place;
      link.textContent = where
        ? `Continue where you were: ${title}, “${last.heading}”`
        : next === cards[at]
        ? `Continue where you were: ${title}`
        : `Continue with ${title}`;
    }
  }

  function offer(panel) {
    if (!store) {
      panel.replaceChildren(
        make("p", {
          textContent: "This browser keeps nothing for this site, as in a private window " +
            "or where storage is blocked. So your progress cannot be shown. Everything else works.",
        }),
      );
      panel.hidden = false;
      return;
    }
    const count = make("p", { className: "progress__count", id: "progress-count" });
    const bar = make("progress", { value: 0, max: 1 });
    bar.setAttribute("aria-labelledby", count.id);
    const said = make("p", { className: "progress__said" });
    said.setAttribute("role", "status");
    const file = make("input", {
      type: "file",
      accept: ".json,application/json",
      hidden: true,
      ariaLabel: "Progress file",
    });
    const button = (text, act) => {
      const made = make("button", { type: "button", textContent: text });
      made.addEventListener("click", act);
      return made;
    };
    const tell = (text) => {
      said.textContent = text;
      show(panel);
    };
    file.addEventListener("change", async () => {
      const [chosen] = file.files;
      if (chosen) tell(await take(chosen));
      file.value = ""; // so that the same file can be chosen again
    });
    panel.replaceChildren(
      count,
      bar,
      make(
        "p",
        { className: "progress__buttons" },
        button("Save as a file", () => tell(give())),
        button("Load a file", () => file.click()),
        button("Forget everything", () => {
          if (!confirm("Forget what you have read and answered in this course, in this browser?")) return;
          for (const key of kept()) store.removeItem(key);
          tell("Forgotten: this browser knows nothing of your progress any more.");
        }),
        file,
      ),
      said,
    );
    panel.hidden = false;
    show(panel);
  }

  // ---- The file ----

  const kept = () => Object.keys(store).filter((key) => OURS.test(key)).sort();
  const whole = (key) => isObject(parse(store.getItem(key))); // what is damaged would have the file refused

  function give() {
    const keys = Object.fromEntries(kept().filter(whole).map((key) => [key, store.getItem(key)]));
    const text = JSON.stringify({ kind: KIND, version: 1, saved: today(), keys }, null, 1);
    const link = make("a", {
      href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
      download: `neural-net-foundations-${today()}.json`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    return "Saved. Load that file in another browser, and you go on there.";
  }

  // What is wrong with a file, or nothing.
  function fault(saved) {
    if (saved === undefined) return "is damaged, or is no progress file: it is not JSON";
    if (saved?.kind !== KIND || !isObject(saved.keys)) return "was not saved by this page";
    if (saved.version !== 1) return "was saved by a newer version of this page";
    for (const [key, value] of Object.entries(saved.keys)) {
      if (!OURS.test(key) || typeof value !== "string" || !isObject(parse(value))) return "is damaged";
    }
    const read = saved.keys[KEY] && parse(saved.keys[KEY]);
    if (read && JSON.stringify(sound(read).lessons) !== JSON.stringify(read.lessons)) return "is damaged";
  }

  // Take a file in. What stands in both is joined; a file that is refused changes nothing, nor does one that does not fit.
  async function take(file) {
    const text = file.size > LARGEST ? "" : await file.text().catch(() => "");
    const saved = parse(text);
    const wrong = file.size > LARGEST ? "is too large for a progress file" : fault(saved);
    if (wrong) return `Nothing was changed: this file ${wrong}.`;
    const before = kept().map((key) => [key, store.getItem(key)]);
    try {
      for (const [key, value] of Object.entries(saved.keys)) {
        const mine = parse(store.getItem(key) ?? "null");
        store.setItem(key, JSON.stringify(join(mine, parse(value), key === KEY)));
      }
    } catch {
      for (const key of kept()) store.removeItem(key);
      for (const [key, value] of before) store.setItem(key, value);
      return "Nothing was changed: this browser has no room for it.";
    }
    return `Loaded what was saved on ${
      DAY.test(saved.saved) ? inWords(saved.saved) : "an earlier day"
    }, beside what was here.`;
  }

  // Objects are joined name by name; of anything else the file's counts, and of two days the earlier.
  function join(mine, theirs, days) {
    if (isObject(mine) && isObject(theirs)) {
      const joined = { ...mine };
      for (const [name, value] of Object.entries(theirs)) {
        joined[name] = Object.hasOwn(mine, name) ? join(mine[name], value, days) : value;
      }
      return joined;
    }
    return days && DAY.test(mine) && DAY.test(theirs) && mine < theirs ? mine : theirs;
  }

  // ---- On every page, also after instant navigation ----

  document$.subscribe(() => {
    clearTimeout(later);
    here = undefined;
    const article = document.querySelector("article");
    const panel = document.querySelector(".progress");
    const name = nameOf(location);
    if (panel) offer(panel);
    if (article && LESSON.test(name)) open(name, article);
  });
  const again = () => {
    const panel = document.querySelector(".progress");
    if (panel?.querySelector("progress")) show(panel);
  };
  addEventListener("storage", again); // another tab
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) again();
  });
}
