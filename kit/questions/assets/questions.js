// Finds the questions of a page, and the review; what lets them ask is fetched only where there are any.
// Answers are kept under this site's path, or under the key that this script's address names: questions.js?store=key.

const SITE = new URL("..", import.meta.url); // this file lies in its assets/
const STORE = new URL(import.meta.url).searchParams.get("store") ?? `${SITE.pathname}questions`;

/** @type {import("./answers.js").Answers | undefined} */
let answers;
let again = () => {}; // say on the page what is known of its questions

/** @type {(url: URL) => string} */
const inSite = (url) => url.pathname.slice(SITE.pathname.length).replace(/(^|\/)index\.html$/, "$1");

async function find() {
  const here = inSite(new URL(location.href));
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const questions = document.querySelectorAll("article details.quiz");
  /** @type {HTMLElement | null} */
  const review = document.querySelector(".review:not([data-live])");
  if (!questions.length && !review) return;
  if (review) review.dataset.live = "";
  const [{ Answers }, { ask, showState }] = await Promise.all([import("./answers.js"), import("./question.js")]);
  answers ??= new Answers(STORE);
  for (const question of questions) ask(question, `${here}#${question.id}`, answers);
  again = () => {
    const records = answers?.all() ?? {};
    for (const question of questions) {
      const summary = question.querySelector("summary");
      if (summary) showState(summary, records[`${here}#${question.id}`]);
    }
  };
  if (review) (await import("./review.js")).begin(review, SITE, answers);
}

await find();
addEventListener("storage", () => again()); // another tab
addEventListener("pageshow", ({ persisted }) => persisted && again());
document.addEventListener("page-changed", find); // a reader's own program has changed what is asked
