// Keeps what has been read, and what offline.json lists, for the time without a connection.
/** @typedef {{ own: string[], all: boolean }} Wanted what was loaded, and whether all else is to be kept too */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self)); // the checker takes it for a window
const { scope } = worker.registration;
const NAME = `${scope}#2`; // count up when what is kept changes its form; other sites of the same origin have other scopes
const LIST = new URL("offline.json", scope).href;
const STATE = new URL("offline.json?kept", scope).href; // the hashes of what is kept, in the cache only
const LISTED = new URL("offline.json?listed", scope).href; // the last list that was read, in the cache only
const HASHED = /\.[0-9a-f]{8}[./]/; // a name that says which content it has
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
    const copy = response.clone();
    event.waitUntil(keepIfListed(cache, key, copy).catch(() => {})); // a full disk is no reason to show nothing
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
 * Keep what the site's list has in just this form: no page of a network that wants a password, and none of a release
 * that is not listed yet.
 * @type {(cache: Cache, key: string, response: Response) => Promise<void>}
 */
async function keepIfListed(cache, key, response) {
  const listed = await (await cache.match(LISTED))?.json();
  if (await fits(response, listed?.[key])) await cache.put(key, response);
}

/**
 * Whether an answer is what the list says.
 * @type {(response: Response, hash: string | undefined) => Promise<boolean>}
 */
async function fits(response, hash) {
  if (!hash || !good(response)) return false;
  const digest = await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("").startsWith(hash);
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
  const answered = await fetch(LIST, { cache: "no-cache" });
  if (!good(answered)) return;
  /** @type {Record<string, string>} */
  const files = await answered.json();
  const addresses = new Map(Object.entries(files).map(([name, hash]) => [new URL(name, scope).href, hash]));
  await cache.put(LISTED, Response.json(Object.fromEntries(addresses)));
  /** @type {Record<string, string>} */
  const state = (await (await cache.match(STATE))?.json()) ?? {};
  for (const { url } of await cache.keys()) {
    if (url !== STATE && url !== LISTED && !addresses.has(url)) await cache.delete(url); // the site has it no more
  }
  const first = new Set(own.map(addressOf)); // the browser has it: it was loaded
  const order = [...addresses].sort(([a], [b]) => Number(first.has(b)) - Number(first.has(a)));
  for (const [address, hash] of order) {
    const kept = await cache.match(address);
    if (kept && state[address] === hash || !(all || kept || first.has(address))) continue;
    if (
      first.has(address) && !kept && await add(cache, address, hash, "default") ||
      await add(cache, address, hash, "no-cache")
    ) {
      state[address] = hash;
      await cache.put(STATE, Response.json(state));
    }
  }
}

/** @type {(cache: Cache, address: string, hash: string, mode: RequestCache) => Promise<boolean>} */
async function add(cache, address, hash, mode) {
  const response = await fetch(address, { cache: mode, priority: "low" });
  const fitting = await fits(response, hash);
  if (fitting) await cache.put(address, response);
  return fitting;
}
