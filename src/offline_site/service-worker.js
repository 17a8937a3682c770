// Keeps what has been read, and what offline.json lists, for the time without a connection.
const { scope } = registration;
const NAME = `${scope}#1`; // count up when what is kept changes its form; other sites of the same origin have other scopes
const LIST = new URL("offline.json", scope).href;
const STATE = new URL("offline.json?kept", scope).href; // the hashes of what is kept, in the cache only
const HASHED = /\.[0-9a-f]{8}\.min\.(?:js|css)$/; // a name that says which content it has
const PATIENCE = 6000; // milliseconds that a page which is kept waits for the network

// A page is kept under one address, whatever is searched for in it and however it is written.
const place = (address) => address.replace(/[?#].*$/s, "").replace(/\/index\.html$/, "/");
const good = (response) => response.status === 200 && !response.redirected;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) =>
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(`${scope}#`) && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await clients.claim();
  })()));

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(scope) && place(request.url) !== LIST) {
    event.respondWith(answer(event));
  }
});

async function answer(event) {
  const { request } = event, key = place(request.url);
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
  if (!kept) return asked.catch(() => (request.mode === "navigate" && missing(cache, key)) || Response.error());
  event.waitUntil(asked.catch(() => {}));
  const late = new Promise((resolve) => {
    setTimeout(resolve, PATIENCE, kept);
  });
  return Promise.race([asked.catch(() => kept), late]);
}

// Offline, at an address under which nothing is kept: the page that lacks a slash, or the one that says so.
async function missing(cache, key) {
  if (await cache.match(`${key}/`)) return Response.redirect(`${key}/`);
  const page = await cache.match(new URL("404.html", scope).href);
  return page && new Response(page.body, { status: 404, headers: page.headers });
}

let working = Promise.resolve();
addEventListener("message", (event) => {
  working = working.then(() => keep(event.data)).catch(() => {}); // the next visit goes on where this one stopped
  event.waitUntil(working);
});

async function keep({ own, all }) {
  const cache = await caches.open(NAME);
  for (const address of new Set(own.filter((each) => each.startsWith(scope)).map(place))) {
    if (!(await cache.match(address))) await add(cache, address, "default"); // from the browser's own cache: it was loaded
  }
  const answered = await fetch(LIST, { cache: "no-cache" });
  if (!good(answered)) return;
  const files = await answered.json();
  const addresses = new Map(Object.entries(files).map(([name, hash]) => [new URL(name, scope).href, hash]));
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

async function add(cache, address, mode) {
  const response = await fetch(address, { cache: mode, priority: "low" });
  if (good(response)) await cache.put(address, response);
  return good(response);
}
