// The engine of a site that no server of ours serves: each run has a worker of its own, in which nothing has run before.
// While one runs, or its results are read, the next one gets ready.
import { Refused } from "./server-engine.js";

/** @typedef {import("./server-engine.js").Engine} Engine */
/** @typedef {import("./server-engine.js").Happening} Happening */

const TICK = 500; // milliseconds between two signs of life

/**
 * A worker that gets ready: it tells how far it is, and is ready, or will never be.
 * @param {URL} root of the site
 */
function start(root) {
  const worker = new Worker(new URL("./engine-worker.js", import.meta.url), { type: "module", name: "engine" });
  /** @type {Set<(data: any) => void>} */
  const listeners = new Set();
  const ready = new Promise((resolve, reject) => {
    listeners.add((data) => {
      if (data.event === "ready") resolve(worker);
      else if (data.event === "broken") reject(new Error(data.message));
    });
    worker.onerror = (event) => {
      event.preventDefault();
      const message = event.message || "its script cannot be loaded";
      for (const listener of listeners) listener({ event: "broken", message });
    };
  });
  ready.catch(() => {}); // who runs in it hears of it
  worker.onmessage = ({ data }) => {
    for (const listener of listeners) listener(data);
  };
  worker.postMessage({ boot: new URL("engine/", root).href });
  return { worker, ready, listeners };
}

/** @typedef {ReturnType<typeof start>} Running */

/** @type {Running | undefined} */
let spare;

/**
 * @param {URL} root of the site
 * @returns {Engine}
 */
export function workerEngine(root) {
  return {
    async run(request, tell, signal) {
      const running = spare ?? start(root);
      spare = undefined;
      /** @type {number | undefined} */
      let ticking;
      let ended = false, at = 0;
      try {
        await new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
          /** @param {string} message */
          const fail = (message) => {
            tell({ event: "failed", message });
            resolve(undefined);
          };
          work(running, request, root, signal, (happening) => {
            if (happening.event === "broken") fail(`The program could not run in this browser: ${happening.message}`);
            else {
              tell(happening);
              at = happening.snippet ?? at;
              if (happening.event === "failed" || happening.event === "done") resolve(undefined);
            }
          }, (limit) => {
            const began = performance.now();
            ticking = setInterval(() => {
              const seconds = (performance.now() - began) / 1000;
              if (seconds > limit) fail(`The page still ran after ${limit} seconds, which is its limit.`);
              else tell({ event: "running", snippet: at, seconds });
            }, TICK);
          }).catch(reject);
        });
        ended = true;
      } finally {
        clearInterval(ticking);
        running.listeners.clear();
        running.worker.terminate();
        if (ended || signal.aborted) spare = start(root);
      }
    },
  };
}

/**
 * Run a page in a worker as soon as it is ready.
 * @type {(running: Running, request: import("./server-engine.js").Request, root: URL, signal: AbortSignal,
 *   heard: (happening: any) => void, begin: (limit: number) => void) => Promise<void>}
 */
async function work({ worker, ready, listeners }, { page, made_from, edits }, root, signal, heard, begin) {
  listeners.add((data) => {
    if (data.event !== "ready") heard(data);
  });
  const answer = await fetch(new URL(`${page}program.json`, root), { signal });
  if (!answer.ok) throw new Refused(answer.status, `The program of this page cannot be fetched (${answer.status}).`);
  const program = await answer.text();
  const { hash, limit } = JSON.parse(program);
  if (hash !== made_from) {
    throw new Refused(409, "This page has changed since it was opened. Open it again, and run then.");
  }
  await ready;
  begin(limit);
  worker.postMessage({ program, edits: JSON.stringify(edits) });
}
