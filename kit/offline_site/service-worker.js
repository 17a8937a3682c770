// Keeps what has been read, and what offline.json lists, for the time without a connection. Each release of the site has
// a cache of its own, and is read from it once all of it is there: until then the release before it is.
/** @typedef {{ own: string[], all: boolean }} Wanted what was loaded, and whether all else is to be kept too */
/** @typedef {{ name: string, cache: Cache, whole: number }} Release a cache, and when it was last seen to have all */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self)); // the checker takes it for a window
const { scope } = worker.registration;
const FORM = `${scope}#3 `; // count up when what is kept changes its form; other sites of the same origin have other scopes
const LIST = new URL("offline.json", scope).href; // in each cache the list of its release
const WHOLE = `${LIST}?whole`; // when all that is wanted of a release was there, in the cache only
const FULL = `${LIST}?full`; // the release for which there was no room beside this one, in the cache only
const HASHED = /\.[0-9a-f]{8}[./]/; // a name that says which content it has
const ON_DEMAND = "~"; // before the hash of what is kept only once a page has asked for it
const PATIENCE = 6000; // milliseconds that a page which is kept waits for the network

/**
 * A page is kept under one address, whatever is searched for in it and however it is written.
 * @type {(address: string) => string}
 */
const addressOf = (address) => address.replace(/[?#].*$/s, "").replace(/\/index\.html$/, "/");

/** @type {(response: Response) => boolean} */
const good = (response) => response.status === 200 && !response.redirected;

/** @type {(data: BufferSource) => Promise<string>} */
async function hashOf(data) {
  const digest = await crypto.subtle.digest("SHA-256", data);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) =>
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(`${scope}#`) && !name.startsWith(FORM));
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
  const found = await keptUnder(key).catch(() => undefined); // where nothing can be kept, the network is all there is
  // A script's address is that of its response, and some are told by theirs what to do: one that we make has none.
  const kept = found && found.url !== request.url ? new Response(found.body, found) : found;
  if (kept && HASHED.test(key.slice(scope.length))) return kept;
  const asked = fetch(request).then((response) => {
    const copy = response.clone();
    event.waitUntil(keepIfListed(key, copy).catch(() => {})); // a full disk is no reason to show nothing
    return response;
  });
  if (!kept) {
    return asked.catch(async () => (request.mode === "navigate" && await missing(key)) || Response.error());
  }
  event.waitUntil(asked.catch(() => {}));
  /** @type {Promise<Response>} */
  const late = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE, kept);
  });
  return Promise.race([asked.catch(() => kept), late]);
}

/**
 * The releases of which something is kept, in the order in which they are read: the last that was whole comes first.
 * @type {() => Promise<Release[]>}
 */
async function releases() {
  const names = (await caches.keys()).filter((name) => name.startsWith(FORM)).reverse();
  const found = names.map(async (name) => {
    const cache = await caches.open(name);
    return { name, cache, whole: Number(await (await cache.match(WHOLE))?.text() ?? 0) };
  });
  return (await Promise.all(found)).sort((a, b) => b.whole - a.whole);
}

/** @type {(key: string) => Promise<Response | undefined>} */
async function keptUnder(key) {
  for (const { cache } of await releases()) {
    const kept = await cache.match(key);
    if (kept) return kept;
  }
}

/**
 * A release's hashes, by address.
 * @type {(cache: Cache) => Promise<Map<string, string>>}
 */
async function listIn(cache) {
  /** @type {Record<string, string>} */
  const files = (await (await cache.match(LIST))?.json()) ?? {};
  return new Map(Object.entries(files).map(([name, hash]) => [new URL(name, scope).href, hash]));
}

/**
 * Keep what a release's list has in just this form: no page of a network that wants a password, and none of a release
 * that is not listed yet.
 * @type {(key: string, response: Response) => Promise<void>}
 */
async function keepIfListed(key, response) {
  for (const { cache } of await releases()) {
    if (await fits(response, (await listIn(cache)).get(key))) await cache.put(key, response.clone());
  }
}

/**
 * Whether an answer is what the list says.
 * @type {(response: Response, hash: string | undefined) => Promise<boolean>}
 */
async function fits(response, hash) {
  return !!hash && good(response) &&
    (await hashOf(await response.clone().arrayBuffer())).startsWith(hash.replace(ON_DEMAND, ""));
}

/**
 * Offline, at an address under which nothing is kept: the page that lacks a slash, or the one that says so.
 * @type {(key: string) => Promise<Response | undefined>}
 */
async function missing(key) {
  if (await keptUnder(`${key}/`)) return Response.redirect(`${key}/`);
  const page = await keptUnder(new URL("404.html", scope).href);
  return page && new Response(page.body, { status: 404, headers: page.headers });
}

/** @type {Promise<void>} */
let working = Promise.resolve();
worker.addEventListener("message", (event) => {
  working = working.then(() => keep(/** @type {Wanted} */ (event.data))).catch(() => {}); // the next visit goes on where this one stopped
  event.waitUntil(working);
});

/** @type {(wanted: Wanted) => Promise<void>} */
async function keep(wanted) {
  const answered = await fetch(LIST, { cache: "no-cache" });
  if (!good(answered)) return;
  const list = await answered.text();
  JSON.parse(list); // what is none says so
  const name = FORM + (await hashOf(new TextEncoder().encode(list))).slice(0, 12);
  const others = (await releases()).filter((release) => release.name !== name);
  const stands = others.find(({ whole }) => whole);
  if (stands && await (await stands.cache.match(FULL))?.text() === name) return;
  const cache = await caches.open(name);
  try {
    await cache.put(LIST, new Response(list));
    const whole = await take(cache, others, wanted);
    const now = Math.max(Date.now(), ...others.map((other) => other.whole + 1)); // whatever the clock says
    if (whole) await cache.put(WHOLE, new Response(String(now)));
    // Another window may show the release before this one, and its scripts load others.
    const spared = !whole || (await worker.clients.matchAll({ type: "window" })).length > 1 ? stands : undefined;
    await Promise.all(others.filter((other) => other !== spared).map((other) => caches.delete(other.name)));
  } catch (error) {
    if (stands && error instanceof DOMException && error.name === "QuotaExceededError") {
      await caches.delete(name); // there is no room for both: the one that is whole stays
      await stands.cache.put(FULL, new Response(name));
    }
    throw error;
  }
}

/**
 * Put into a release's cache what is wanted of it: what was loaded, what is kept of other releases, or all.
 * @type {(cache: Cache, others: Release[], wanted: Wanted) => Promise<boolean>} whether it has all that is wanted
 */
async function take(cache, others, { own, all }) {
  const files = await listIn(cache), kept = new Set((await cache.keys()).map(({ url }) => url));
  const before = await Promise.all(
    others.map(async (other) => ({ cache: other.cache, files: await listIn(other.cache) })),
  );
  const first = new Set(own.map(addressOf)); // the browser has it: it was loaded
  const order = [...files].sort(([a], [b]) => Number(first.has(b)) - Number(first.has(a)));
  let whole = true;
  for (const [address, hash] of order) {
    if (kept.has(address)) continue;
    let known = false;
    for (const other of before) {
      const response = await other.cache.match(address);
      known ||= !!response;
      if (response && other.files.get(address) === hash) {
        await cache.put(address, response);
        kept.add(address);
        break;
      }
    }
    if (kept.has(address) || !(all && !hash.startsWith(ON_DEMAND) || known || first.has(address))) continue;
    const added = first.has(address) && await add(cache, address, hash, "default") ||
      await add(cache, address, hash, "no-cache");
    whole &&= added;
  }
  return whole;
}

/** @type {(cache: Cache, address: string, hash: string, mode: RequestCache) => Promise<boolean>} */
async function add(cache, address, hash, mode) {
  const response = await fetch(address, { cache: mode, priority: "low" });
  const fitting = await fits(response, hash);
  if (fitting) await cache.put(address, response);
  return fitting;
}
