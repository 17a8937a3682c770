// The engine behind `mkdocs serve`: it runs a page with other code in its snippets, and tells what comes of it, bit by bit.

/**
 * @typedef {object} Request
 * @property {string} page its address below the site's root
 * @property {string} made_from a hash of the code that it was made from
 * @property {Record<string, string>} edits code by the number of its snippet
 * @property {string} tab a new run of the same tab ends its last one
 */
/**
 * @typedef {{ event: "loading", loaded: number, total: number }
 *   | { event: "started", snippets: number, from: number }
 *   | { event: "running", snippet: number, seconds: number }
 *   | { event: "output", snippet: number, html: string, sheet?: string, seconds: number }
 *   | { event: "error", snippet: number, line: number, message: string, html: string, ends?: boolean }
 *   | { event: "page", html: string, sheet?: string }
 *   | { event: "done", seconds: number }
 *   | { event: "failed", message: string }} Happening
 */
/** @typedef {{ run(request: Request, tell: (happening: Happening) => void, signal: AbortSignal): Promise<void> }} Engine */

const TRIES = 20, BETWEEN = 500; // milliseconds

/** Why a run did not begin. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * What a stream of lines says, each of which is JSON.
 * @param {ReadableStream<Uint8Array>} stream
 * @returns {AsyncGenerator<Happening>}
 */
export async function* happenings(stream) {
  const reader = stream.getReader(), decoder = new TextDecoder();
  let rest = "";
  for (let done = false; !done;) {
    const read = await reader.read();
    done = read.done;
    const lines = (rest + decoder.decode(read.value, { stream: !done })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) yield JSON.parse(line);
  }
}

/** @type {(milliseconds: number, signal: AbortSignal) => Promise<void>} */
const pause = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });

/**
 * @param {{ run: string, token: string }} where
 * @returns {Engine}
 */
export function serverEngine({ run, token }) {
  return {
    async run(request, tell, signal) {
      const headers = { "Content-Type": "application/json", "X-Page-Editing": token };
      const asked = { method: "POST", headers, body: JSON.stringify(request), signal };
      let answer = await fetch(run, asked);
      for (let tried = 1; answer.status === 503 && tried < TRIES; tried++) { // the site is being built
        await pause(BETWEEN, signal);
        answer = await fetch(run, asked);
      }
      if (!answer.ok || !answer.body) {
        const told = await answer.json().catch(() => ({}));
        throw new Refused(answer.status, told.message ?? `The server answers ${answer.status}.`);
      }
      let over = false;
      for await (const happening of happenings(answer.body)) {
        over = happening.event === "done" || happening.event === "failed";
        tell(happening);
      }
      if (!over) throw new TypeError("the stream ended too early");
    },
  };
}
