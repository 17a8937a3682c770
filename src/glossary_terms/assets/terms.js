// What a term means, where the reader points at it or comes to it with the keyboard; and the glossary's filter.
{ // Names of its own: Material keeps some on the window.
  const TERM = ".term[data-definition]";
  const box = document.createElement("div");
  Object.assign(box, { id: "term-definition", className: "term-definition", role: "tooltip", hidden: true });
  let shown = null; // the term whose definition is in view
  let timer = 0;
  let touch = false;

  const term = (target) => (target instanceof Element ? target.closest(TERM) : null);

  function show(link) {
    clearTimeout(timer);
    if (link === shown || !link.isConnected) return;
    hide();
    shown = link;
    box.textContent = link.dataset.definition;
    if (!box.isConnected) (link.closest("article") ?? document.body).append(box);
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    place(link);
  }

  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
  }

  // Under the term, or above it where there is no room; within the screen's sides.
  function place(link) {
    const gap = 5;
    const lines = link.getClientRects(); // two, where the term is broken over lines
    if (!lines.length) return; // it is gone, or out of view in a tab
    const [first, last] = [lines[0], lines[lines.length - 1]];
    const { width, height } = box.getBoundingClientRect();
    const below = last.bottom + gap;
    const above = first.top - gap - height;
    const header = document.querySelector(".md-header")?.getBoundingClientRect().bottom ?? 0;
    const top = below + height > innerHeight && above > header ? above : below;
    const left = Math.max(gap, Math.min(last.left, document.documentElement.clientWidth - width - gap));
    const origin = box.offsetParent.getBoundingClientRect();
    box.style.top = `${top - origin.top - box.offsetParent.clientTop}px`;
    box.style.left = `${left - origin.left - box.offsetParent.clientLeft}px`;
  }

  // The focus scrolls the page, and parts that come near the screen change their height.
  const again = () => shown && place(shown);
  addEventListener("scroll", again, { passive: true });
  new ResizeObserver(again).observe(document.body);

  // The pointer may rest on the definition, too. A term that has the focus keeps it.
  addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    clearTimeout(timer);
    const link = term(target);
    if (link) timer = setTimeout(show, 150, link);
    else if (shown && !box.contains(target) && shown !== document.activeElement) timer = setTimeout(hide, 300);
  });
  document.documentElement.addEventListener("pointerleave", () => {
    clearTimeout(timer);
    if (shown && shown !== document.activeElement) hide();
  });
  addEventListener("focusin", ({ target }) => {
    const link = term(target);
    if (link?.matches(":focus-visible")) show(link);
  });
  addEventListener("focusout", ({ target }) => target === shown && hide());
  addEventListener("keydown", ({ key }) => {
    touch = false;
    clearTimeout(timer);
    if (key === "Escape") hide();
  });
  addEventListener("resize", hide);

  // A finger cannot point: its first touch shows the definition, a second one follows the link.
  addEventListener("pointerdown", ({ target, pointerType }) => {
    touch = pointerType === "touch";
    if (touch && shown && term(target) !== shown && !box.contains(target)) hide();
  });
  addEventListener("click", (event) => {
    const link = term(event.target);
    if (!touch || !link || link === shown) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Material would follow the link
    show(link);
  }, { capture: true });

  // The glossary's filter: entries that have all the words that are typed.
  function filter(place) {
    place.innerHTML = '<label for="glossary-words">Filter</label>' +
      '<input id="glossary-words" type="search" autocomplete="off" spellcheck="false"><output></output>';
    const [input, count] = place.querySelectorAll("input, output");
    const lists = [...place.parentElement.querySelectorAll(":scope > dl")];
    const entries = lists.flatMap((list) => [...list.querySelectorAll("dt")]).map((title) => {
      const parts = [title];
      while (parts.at(-1).nextElementSibling?.matches("dd")) parts.push(parts.at(-1).nextElementSibling);
      const words = [title.dataset.forms ?? "", ...parts.map((part) => part.textContent)].join(" ").toLowerCase();
      return { parts, words };
    });
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/);
      let left = 0;
      for (const { parts, words } of entries) {
        const fits = wanted.every((word) => words.includes(word));
        for (const part of parts) part.hidden = !fits;
        left += fits;
      }
      for (const list of lists) {
        list.hidden = !list.querySelector("dt:not([hidden])");
        list.previousElementSibling.hidden = list.hidden; // its letter
      }
      count.value = input.value.trim() ? `${left} of ${entries.length}` : "";
    });
  }

  document$.subscribe(() => { // also after Material's instant navigation
    hide();
    for (const place of document.querySelectorAll(".glossary-filter:empty")) filter(place);
  });
}
