// A live figure comes alive when it nears the screen; the script that draws it is fetched only then: live-charts.js for
// a chart, and for anything else the one beside this file that its data-script names. Where a script does not come, the
// figure says so, and it is asked for again when the reader wants it, comes back to the figure or is connected again.

/** @type {Set<HTMLElement>} */
const still = new Set(); // figures whose script did not come

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting && target instanceof HTMLElement) wake(target);
  }
}, { rootMargin: "300px" });

/** @param {HTMLElement} figure */
const scriptOf = ({ dataset }) => new URL(`${dataset.script ?? "live-charts"}.js`, import.meta.url).href;

/** @param {HTMLElement} figure */
async function wake(figure) {
  try {
    const { enliven } = await import(scriptOf(figure));
    await enliven(figure);
  } catch (error) {
    if (figure.dataset.live !== undefined) throw error; // it came, and is at fault itself
    still.add(figure);
    say(figure);
    return;
  }
  near.unobserve(figure);
  still.delete(figure);
  const note = figure.querySelector(".live__still");
  const asked = note?.contains(document.activeElement);
  note?.remove();
  /** @type {HTMLElement | null} */
  const first = figure.querySelector("input, button, [tabindex='0']");
  if (asked) first?.focus();
}

/** @param {HTMLElement} figure */
function say(figure) {
  if (figure.querySelector(".live__still")) return;
  const note = document.createElement("p"), button = document.createElement("button");
  note.className = "live__still";
  note.setAttribute("role", "status");
  button.type = "button";
  button.textContent = "Try again";
  button.addEventListener("click", async () => {
    await wake(figure);
    if (!still.has(figure)) return;
    // As long as a page is open, Firefox and Safari remember which of its scripts did not come.
    const answer = await fetch(scriptOf(figure), { cache: "no-cache" }).catch(() => null);
    if (answer?.ok) location.reload();
  });
  figure.append(note);
  note.append("This figure stands still: its script could not be fetched. ", button);
}

addEventListener("online", () => still.forEach(wake));

const find = () => {
  document.querySelectorAll("figure.live, figure[data-script]").forEach((figure) => near.observe(figure));
};
find();
document.addEventListener("page-changed", find); // a reader's own program has drawn another
