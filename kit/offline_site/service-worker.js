// Keeps what has been read, and what offline.json lists, for the time without a connection.
/** @typedef {{ own: string[], all: boolean }} Wanted what was loaded, and whether all else is to be kept too */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self)); // the checker takes it for a window
const { scope } = worker.registration;
const NAME = `${scope}#1`; // count up when what is kept changes its form; other sites of the same origin have other scopes
const LIST = new URL("offline.json", scope).href;
const STATE = new URL("offline.json?kept", scope).href; // the hashes of what is kept, in the cache only
const HASHED = /\.[0-9a-f]{8}\.min\.(?:js|css)$/; // a name that says which content it has
const PATIENCE = 6000; // milliseconds that a page which is kept waits for the network

/**
 * A page is kept under one address, whatever is searched for in it and however it is written.
 * @type {(address: string) => string}
 */
const addressOf = (address) => address.replace(/[?#].*$/s, "").replace(/\/index\.html$/, "/");

/** @type {(response: Response) => boolean} */
const good = (response) => response.status === 200 && !response.redirected;

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) =>
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(`${scope}#`) && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  })()));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(scope) && addressOf(request.url) !== LIST) {
    event.respondWith(answer(event));
  }
});

/** @type {(event: FetchEvent) => Promise<Response>} */
async function answer(event) {
  const { request } = event, key = addressOf(request.url);
  const cache = await caches.open(NAME);
  const kept = await cache.match(key);
  if (kept && HASHED.test(key)) return kept;
  const asked = fetch(request).then((response) => {
    if (good(response)) {
      const copy = response.clone();
      event.waitUntil(cache.put(key, copy).catch(() => {})); // a full disk is no reason to show nothing
    }
    return response;
  });
  if (!kept) {
    return asked.catch(async () => (request.mode === "navigate" && await missing(cache, key)) || Response.error());
  }
  event.waitUntil(asked.catch(() => {}));
  /** @type {Promise<Response>} */
  const late = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE, kept);
  });
  return Promise.race([asked.catch(() => kept), late]);
}

/**
 * Offline, at an address under which nothing is kept: the page that lacks a slash, or the one that says so.
 * @type {(cache: Cache, key: string) => Promise<Response | undefined>}
 */
async function missing(cache, key) {
  if (await cache.match(`${key}/`)) return Response.redirect(`${key}/`);
  const page = await cache.match(new URL("404.html", scope).href);
  return page && new Response(page.body, { status: 404, headers: page.headers });
}

/** @type {Promise<void>} */
let working = Promise.resolve();
worker.addEventListener("message", (event) => {
  working = working.then(() => keep(/** @type {Wanted} */ (event.data))).catch(() => {}); // the next visit goes on where this one stopped
  event.waitUntil(working);
});

/** @type {(wanted: Wanted) => Promise<void>} */
async function keep({ own, all }) {
  const cache = await caches.open(NAME);
  for (const address of new Set(own.filter((address) => address.startsWith(scope)).map(addressOf))) {
    if (!(await cache.match(address))) await add(cache, address, "default"); // from the browser's own cache: it was loaded
  }
  const answered = await fetch(LIST, { cache: "no-cache" });
  if (!good(answered)) return;
  /** @type {Record<string, string>} */
  const files = await answered.json();
  const addresses = new Map(Object.entries(files).map(([name, hash]) => [new URL(name, scope).href, hash]));
  /** @type {Record<string, string>} */
  const state = (await (await cache.match(STATE))?.json()) ?? {};
  for (const { url } of await cache.keys()) {
    if (url !== STATE && !addresses.has(url)) await cache.delete(url); // the site has it no more
  }
  for (const [address, hash] of addresses) {
    const kept = await cache.match(address);
    if (kept && state[address] === hash || !(all || kept)) continue;
    if (await add(cache, address, "no-cache")) {
      state[address] = hash;
      await cache.put(STATE, Response.json(state));
    }
  }
}

/** @type {(cache: Cache, address: string, mode: RequestCache) => Promise<boolean>} */
async function add(cache, address, mode) {
  const response = await fetch(address, { cache: mode, priority: "low" });
  if (good(response)) await cache.put(address, response);
  return good(response);
}
