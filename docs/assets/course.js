// Names and tab stops for what Material for MkDocs makes while the page runs, where no template can reach.

function mend(root) {
  // A copy button needs no landmark of its own around it.
  for (const nav of root.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none");
  // A wide table scrolls: by keyboard, too.
  for (const wrap of root.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) wrap.tabIndex = 0;
}

new MutationObserver(() => mend(document)).observe(document.body, { childList: true, subtree: true });
mend(document);

// On a narrow screen two labels open the menu and the search: to the keyboard they are buttons.
for (const [toggle, name] of [["__drawer", "Menu"], ["__search", "Search"]]) {
  const label = document.querySelector(`label.md-header__button[for="${toggle}"]`);
  if (!label) continue;
  label.tabIndex = 0;
  label.setAttribute("role", "button");
  label.setAttribute("aria-label", name);
  label.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    label.click();
  });
}
