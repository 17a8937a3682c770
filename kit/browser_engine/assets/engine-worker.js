// One run of a page's program, in a worker that has no other: Pyodide, the libraries of the site, and the kit's own runner.

/**
 * What the site's engine is made of: its files with their weights, the libraries to load, and what to import early.
 * @typedef {{ files: Record<string, number>, libraries: string[], runner: string, imports: string[] }} Parts
 */
/** @typedef {{ run(program: string, edits: string, tell: (happening: string) => void): void, warm(imports: string): void }} Runner */

/** @type {(said: unknown) => void} */
const say = (said) => postMessage(said);

/** @type {Promise<Runner> | undefined} */
let runner;

/**
 * Tell how much of what is fetched has come.
 * @param {Parts} parts
 * @param {URL} base
 */
function countBytes(parts, base) {
  const total = Object.values(parts.files).reduce((sum, size) => sum + size, 0);
  let loaded = 0;
  const own = globalThis.fetch;
  globalThis.fetch = async (...request) => {
    const answer = await own(...request);
    const name = answer.url.replace(base.href, "").replace(/[?#].*$/, "");
    if (!answer.ok || !answer.body || !(name in parts.files)) return answer;
    const counted = answer.body.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          loaded += chunk.byteLength;
          say({ event: "loading", loaded: Math.min(loaded, total), total });
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(counted, { status: answer.status, headers: answer.headers });
  };
}

/**
 * @param {string} address of the engine's folder
 * @returns {Promise<Runner>}
 */
async function boot(address) {
  const base = new URL(address);
  const answer = await fetch(new URL("engine.json", base), { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${answer.url} answers ${answer.status}`);
  /** @type {Parts} */
  const parts = await answer.json();
  countBytes(parts, base);
  const { loadPyodide } = await import(new URL("pyodide.mjs", base).href);
  const python = await loadPyodide({ indexURL: base.href, stdout() {}, stderr() {} });
  if (parts.libraries.length) await python.loadPackage(parts.libraries, { messageCallback() {} });
  const archive = await fetch(new URL(parts.runner, base));
  if (!archive.ok) throw new Error(`${archive.url} answers ${archive.status}`);
  python.unpackArchive(await archive.arrayBuffer(), "zip", { extractDir: "/runner" });
  python.runPython("import sys; sys.path.insert(0, '/runner')");
  const found = python.pyimport("browser_engine.run");
  found.warm(JSON.stringify(parts.imports));
  return found;
}

addEventListener("message", async ({ data }) => {
  try {
    if (data.boot) {
      runner = boot(data.boot);
      await runner;
      say({ event: "ready" });
    } else if (runner) {
      const { program, edits } = data;
      (await runner).run(program, edits, (happening) => say(JSON.parse(happening)));
    }
  } catch (error) {
    say({ event: "broken", message: String(/** @type {Error} */ (error)?.message ?? error) });
  }
});
