// What a reader takes along: a snippet with everything above it, a lesson on paper, and its clean view.

"use strict"; // which keeps the names of functions inside the braces
{
  // ---- Copy with everything above ----

  const NOT_COMPILED = /^(Syntax|Indentation|Tab)Error$/;
  const MARKER = /[ \t]*(#[ \t]*(\(\d+\)!?)?)?[ \t]*$/gm; // of a code annotation, and what Material leaves of it

  // A snippet's source, without what the page has put into it.
  function source(snippet) {
    const code = snippet.querySelector("pre > code").cloneNode(true);
    const annotated = code.querySelector(".md-annotation") || annotations(snippet);
    for (const added of code.querySelectorAll(".md-annotation, .md-code__nav, .linenos")) added.remove();
    const text = code.textContent.trimEnd();
    return annotated ? text.replace(MARKER, "") : text;
  }

  // The list that explains a snippet's annotations, right under it.
  function annotations(snippet) {
    const next = (snippet.closest("details.code") || snippet).nextElementSibling;
    return next?.matches("ol") && /#.*\(\d+\)/.test(snippet.textContent);
  }

  function raises(snippet) {
    return [...snippet.classList].find((name) => name.startsWith("raises-"))?.slice("raises-".length);
  }

  // A snippet as it stands above another one: an error on purpose must not end the program.
  function survived(snippet) {
    const error = raises(snippet);
    const lines = source(snippet).split("\n");
    if (!error) return lines.join("\n");
    if (NOT_COMPILED.test(error)) return [`# This raises ${error}:`, ...lines.map((line) => `# ${line}`)].join("\n");
    const indented = lines.map((line) => line && `    ${line}`);
    // A name that no lesson uses: Python forgets it after the clause.
    const caught = [
      "except Exception as expected_error:",
      '    print(f"{type(expected_error).__name__}: {expected_error}")',
    ];
    return ["try:", ...indented, ...caught].join("\n");
  }

  function program(snippets, last) {
    return [...snippets.slice(0, last).map(survived), source(snippets[last])].join("\n\n") + "\n";
  }

  function offerCopies(article) {
    const snippets = [...article.querySelectorAll(".snippet")];
    snippets.forEach((snippet, place) => {
      const pre = snippet.querySelector("pre:has(> code)");
      if (!place || pre.querySelector(".take-away__copy")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "take-away__copy";
      button.title = "Copy with everything above";
      button.setAttribute("aria-label", button.title);
      // Material copies what stands in this attribute, and says so. It is written only now, since it may be long.
      button.addEventListener("click", () => {
        button.dataset.clipboardText = program(snippets, place);
      });
      row(pre).prepend(button);
    });
  }

  // The row of Material's own buttons on a block of code, or one like it.
  function row(pre) {
    let nav = pre.querySelector(".md-code__nav");
    if (!nav) {
      nav = document.createElement("nav");
      nav.className = "md-code__nav";
      nav.setAttribute("role", "none");
      pre.prepend(nav);
    }
    return nav;
  }

  // ---- Clean view ----

  const STAYS = "h1, h2, h3, h4, h5, h6, .snippet, summary, .admonition-title, .tabbed-labels, .take-away, input";
  const HOLDS = ":is(h1, h2, h3, h4, h5, h6, .snippet)";

  // Everything that is neither a heading nor code, and holds none.
  function* prose(element) {
    for (const child of element.children) {
      if (child.matches(STAYS)) continue;
      if (child.querySelector(HOLDS)) yield* prose(child);
      else yield child;
    }
  }

  function offerCleanView(article) {
    const button = article.querySelector(".take-away__clean");
    if (!button || !button.hidden) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      const clean = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", clean);
      const elements = clean ? [...prose(article)] : article.querySelectorAll(".take-away-folded");
      for (const element of elements) element.classList.toggle("take-away-folded", clean);
    });
  }

  // ---- Paper ----

  function offerPaper(article) {
    const button = article.querySelector(".take-away__print");
    if (!button || !button.hidden) return;
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // Material emits the document at the start and after each instant navigation.
  document$.subscribe(() => {
    const article = document.querySelector("article");
    if (!article) return;
    offerCopies(article);
    offerPaper(article);
    offerCleanView(article);
  });
}
