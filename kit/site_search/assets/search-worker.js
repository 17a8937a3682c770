// What Material's search box talks to. It sends the index when it has it, and then what is typed.
const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;

/** @type {Promise<import("./search.js").Search> | undefined} */
let search;

addEventListener("message", async ({ data: message }) => {
  if (message.type === SETUP) {
    search = import("./search.js").then(({ Search }) => new Search(message.data.docs));
    await search;
    postMessage({ type: READY });
  } else if (message.type === QUERY && search) {
    postMessage({ type: RESULT, data: (await search).results(message.data) });
  }
});
