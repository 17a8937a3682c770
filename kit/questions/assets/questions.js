// Finds the questions of a page, and the review; what lets them ask is fetched only where there are any.
// Answers are kept under this site's path, or under the key that this script's address names: questions.js?store=key.

const SITE = new URL("..", import.meta.url); // this file lies in its assets/
const STORE = new URL(import.meta.url).searchParams.get("store") ?? `${SITE.pathname}questions`;

/** @type {(url: URL) => string} */
const inSite = (url) => url.pathname.slice(SITE.pathname.length).replace(/(^|\/)index\.html$/, "$1");

const here = inSite(new URL(location.href));
/** @type {NodeListOf<HTMLDetailsElement>} */
const questions = document.querySelectorAll("article details.quiz");
/** @type {HTMLElement | null} */
const review = document.querySelector(".review");
if (questions.length || review) {
  const [{ Answers }, { ask }] = await Promise.all([import("./answers.js"), import("./question.js")]);
  const answers = new Answers(STORE);
  for (const question of questions) ask(question, `${here}#${question.id}`, answers);
  if (review) (await import("./review.js")).begin(review, SITE, answers);
}
