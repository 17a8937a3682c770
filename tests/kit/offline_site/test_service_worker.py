"""What the service worker keeps of one release and the next, run by Deno against a network, caches and tabs that are pretended."""

from __future__ import annotations

import json
from typing import Any

from javascript import run
from project_root import ROOT

WORKER = ROOT / "kit/offline_site/service-worker.js"
PRETENDED = """
const SCOPE = "https://example.org/course/";
const START = { site: {}, online: true, left: Infinity, quota: Infinity, blocked: false, tabs: 1, asked: [] };
const world = { ...START };
const bytes = (text) => new TextEncoder().encode(text);
const hash = async (text) => Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes(text))),
    (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 12);
const stored = new Map();
const size = () => [...stored.values()].flatMap((cache) => [...cache.values()]).reduce((sum, text) => sum + text.length, 0);
class PretendedCache {
    constructor(kept) { this.kept = kept; }
    async match(url) { return this.kept.has(`${url}`) ? new Response(this.kept.get(`${url}`)) : undefined; }
    async keys() { return [...this.kept.keys()].map((url) => ({ url })); }
    async put(url, response) {
        const text = await response.text();
        if (size() + text.length > world.quota) throw new DOMException("full", "QuotaExceededError");
        this.kept.set(`${url}`, text);
    }
}
const pretended = {
    async keys() { if (world.blocked) throw new DOMException("no", "SecurityError"); return [...stored.keys()]; },
    async open(name) {
        if (!stored.has(name)) stored.set(name, new Map());
        return new PretendedCache(stored.get(name));
    },
    async delete(name) { return stored.delete(name); },
};
const heard = {};
Object.defineProperty(globalThis, "caches", { value: pretended });
Object.assign(globalThis, {
    registration: { scope: SCOPE },
    clients: { async claim() {}, async matchAll() { return Array(world.tabs); } },
    skipWaiting() {},
    addEventListener(kind, listener) { heard[kind] = listener; },
    async fetch(request) {
        const name = (request.url ?? request).slice(SCOPE.length);
        world.asked.push(name);
        if (!world.online || world.left-- <= 0) throw new TypeError("no network");
        return name in world.site ? new Response(world.site[name]) : new Response("Nothing here.", { status: 404 });
    },
});
await import(WORKER);
async function dispatch(kind, event) {
    const work = [];
    let answer;
    heard[kind]({ ...event, waitUntil: (each) => work.push(each), respondWith: (each) => { answer = each; } });
    const response = await answer;
    await Promise.all(work);
    return response;
}
async function publish(files) {
    world.site = { ...files };
    const list = {};
    for (const [name, text] of Object.entries(files)) list[name] = await hash(text);
    world.site["offline.json"] = JSON.stringify(list);
}
async function visit(...own) {
    world.asked = [];
    await dispatch("message", { data: { own: own.map((name) => SCOPE + name), all: !own.length } });
}
async function get(name, mode = "navigate") {
    const response = await dispatch("fetch", { request: { method: "GET", url: SCOPE + name, mode } });
    return response.type === "error" ? "no answer" : response.text();
}
async function offline(...names) {
    world.online = false;
    const found = [];
    for (const name of names) found.push(await get(name));
    world.online = true;
    return found;
}
const RELEASES = [1, 2, 3].map((number) => ({
    "": `home ${number}`, "a/": `a ${number}`, "b/": "b, always", "404.html": "nowhere",
    [`assets.${number}2345678/x.js`]: `script ${number}`,
}));
"""


# What happens, and what is seen of it.
STORIES: dict[str, tuple[str, list[Any]]] = {
    "a release that could not be taken whole is not read, and the next visit goes on": (
        """
        await publish(RELEASES[0]); await visit();
        await publish(RELEASES[1]); world.left = 2; await visit(); world.left = Infinity;
        said.push(await offline("", "a/", "b/", "assets.12345678/x.js"));
        await visit(); said.push(world.asked.length < 5, stored.size);
        said.push(await offline("", "a/", "b/", "assets.22345678/x.js", "assets.12345678/x.js"));
        """,
        [["home 1", "a 1", "b, always", "script 1"], True, 1,
         ["home 2", "a 2", "b, always", "script 2", "nowhere"]],
    ),
    "a file that is not what the list says keeps a release from being whole": (
        """
        await publish(RELEASES[0]); await visit();
        await publish(RELEASES[1]); world.site["a/"] = "Log in"; await visit();
        said.push(await get("a/"), await offline("", "a/"));
        await publish(RELEASES[1]); await visit();
        said.push(await offline("", "a/"));
        """,
        ["Log in", ["home 1", "a 1"], ["home 2", "a 2"]],
    ),
    "what has not changed is not asked for again": (
        """
        await publish(RELEASES[0]); await visit();
        await publish(RELEASES[1]); await visit(); said.push([...world.asked].sort());
        await visit(); said.push([...world.asked]);
        """,
        [["", "a/", "assets.22345678/x.js", "offline.json"], ["offline.json"]],
    ),
    "where there is no room for two the one that is whole stays, and is not asked for again": (
        """
        await publish(RELEASES[0]); await visit();
        await publish(RELEASES[1]); world.quota = size() + world.site["offline.json"].length + 12; await visit();
        said.push(await offline("", "a/"), stored.size);
        await visit(); said.push([...world.asked], await get("a/"));
        world.quota = Infinity; await publish(RELEASES[2]); await visit(); said.push(await offline("", "a/"));
        """,
        [["home 1", "a 1"], 1, ["offline.json"], "a 2", ["home 3", "a 3"]],
    ),
    "where there is no room at all pages are shown": (
        """
        world.quota = 0; await publish(RELEASES[0]); await visit(); said.push(await get(""), await offline(""));
        """,
        ["home 1", ["no answer"]],
    ),
    "what was cleared is kept again": (
        """
        await publish(RELEASES[0]); await visit(); stored.clear();
        said.push(await get("a/"), await offline("a/"));
        await visit(); said.push(await offline("a/"));
        """,
        ["a 1", ["no answer"], ["a 1"]],
    ),
    "where nothing may be kept pages are shown": (
        "world.blocked = true; await publish(RELEASES[0]); await visit(); said.push(await get('a/'));",
        ["a 1"],
    ),
    "beside a tab that shows the release before, its scripts stay until it is closed": (
        """
        await publish(RELEASES[0]); await visit();
        world.tabs = 2; await publish(RELEASES[1]); await visit();
        said.push(await get("assets.12345678/x.js", "no-cors"), await offline("", "assets.22345678/x.js"));
        world.tabs = 1; await visit(); said.push(await get("assets.12345678/x.js", "no-cors"), stored.size);
        """,
        ["script 1", ["home 2", "script 2"], "Nothing here.", 1],
    ),
    "who saves data has what was read, of one release": (
        """
        await publish(RELEASES[0]); await visit("", "assets.12345678/x.js");
        said.push(await offline("", "a/"));
        await publish(RELEASES[1]); await visit("a/", "assets.22345678/x.js");
        said.push(await offline("", "a/", "b/"));
        """,
        [["home 1", "no answer"], ["home 2", "a 2", "no answer"]],
    ),
    "sites above and below this one keep what is theirs": (
        """
        for (const name of ["https://example.org/#2", `${SCOPE}b/#3 x`, `${SCOPE}#2`, `${SCOPE}#3 y`]) pretended.open(name);
        await dispatch("activate", {}); said.push([...stored.keys()]);
        """,
        [["https://example.org/#2", "https://example.org/course/b/#3 x", "https://example.org/course/#3 y"]],
    ),
    "the release before can come back": (
        """
        for (const number of [0, 1, 0]) { world.tabs = 2; await publish(RELEASES[number]); await visit(); }
        said.push(await offline("", "a/"), stored.size);
        """,
        [["home 1", "a 1"], 2],
    ),
}  # fmt: skip


def test_releases(subtests):
    told = "".join(
        f"said = []; Object.assign(world, START); stored.clear(); {story} told.push(said);"
        for story, _ in STORIES.values()
    )
    program = PRETENDED.replace("WORKER", json.dumps(WORKER.as_uri()))
    done = run("eval", f"{program}\nlet said; const told = [];{told}\nconsole.log(JSON.stringify(told));")
    assert done.returncode == 0, done.stderr
    for (name, (_, expected)), seen in zip(STORIES.items(), json.loads(done.stdout), strict=True):
        with subtests.test(name):
            assert seen == expected
