"""The site without a connection: what was visited is read again, and so is the rest, once the worker has kept it."""

from __future__ import annotations

import hashlib
import json
import shutil
import time

import pytest
from pads import SEVEN, drag, ink, pads, shown, wake
from pages import arrive

from browser_engine.web import SiteHandler, WebServer
from offline_site.plugin import FAREWELL

LESSON = "lessons/three-or-seven/"
# Whether the worker has kept all that the site lists, in the form in which it is listed.
KEPT = """async () => {
    const address = new URL("offline.json", __md_scope).href, list = await (await fetch(address)).text();
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        if (await cache.match(`${address}?whole`) && await (await cache.match(address)).text() === list) return true;
    }
    return false;
}"""
ADDRESSES = """async () => {
    const found = [];
    for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) found.push(url);
    return found;
}"""


class Site:
    """The built site at an address of its own, which can go away and come back, and may change."""

    def __init__(self, folder, base):
        self.folder, self.base, self.asked = folder, base, []
        self.server, self.port = None, 0
        self.start()
        self.url = f"http://127.0.0.1:{self.port}{base}"
        (style,) = folder.glob("assets.*/course.css")
        self.style = style.relative_to(folder).as_posix()

    def start(self):
        site = self

        class Handler(SiteHandler):
            folder, base = site.folder, site.base

            def do_GET(self):
                site.asked.append((time.time() * 1000, self.path))
                super().do_GET()

            def end_headers(self):
                self.send_header("Cache-Control", "no-cache")  # else the browser thinks itself how long it may keep it
                super().end_headers()

        self.server = WebServer(Handler, self.port)
        self.port = self.server.server_port

    def stop(self):
        if self.server:
            self.server.stop()
            self.server = None

    def change(self, name, old, new):
        """Another build, in which one file has other words."""
        file = self.folder / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        listed = self.listed()
        listed[name.removesuffix("index.html")] = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        (self.folder / "offline.json").write_text(json.dumps(listed), "utf-8")

    def listed(self):
        return json.loads((self.folder / "offline.json").read_text("utf-8"))


@pytest.fixture(params=["/course/"])
def site(request, course, tmp_path):
    shutil.copytree(course.folder, tmp_path / "site")
    site = Site(tmp_path / "site", request.param)
    yield site
    site.stop()


@pytest.fixture
def page(browser):
    with browser.new_context(service_workers="allow") as context:
        yield context.new_page()


def wait_for(page, code, arg=None):
    """Wait until some code gives true; wait_for_function would take its promise for that."""
    end = time.monotonic() + 180
    while not page.evaluate(code, arg):
        assert time.monotonic() < end, code
        page.wait_for_timeout(100)


def visit(page, site, path=""):
    page.goto(site.url + path)
    wait_for(page, KEPT)


@pytest.mark.parametrize(
    "site", ["/course/", "/", pytest.param("/a/deeper/place/", marks=pytest.mark.weekly)], indirect=True
)
def test_after_one_visit_all_pages_are_there_without_a_connection(site, page):
    visit(page, site)
    site.stop()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site.url + LESSON)
    pad = wake(pads(page)[0])
    before = shown(pad)
    drag(pad, *SEVEN)
    assert sum(ink(pad)) > 8 and shown(pad) != before
    page.goto(site.url + "lessons/fitting-a-quadratic/?h=quadratic#exercises")
    chart = page.locator("figure.live").first
    chart.scroll_into_view_if_needed()
    chart.locator(".live__controls").wait_for()
    page.goto(site.url)
    page.locator(f".md-content a[href*='{LESSON}']").first.click()
    arrive(page, "Three or seven")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')"), "its styles are there"
    assert faults == []


def test_without_a_connection_a_wrong_address_gets_the_404_page(site, page):
    visit(page, site)
    site.stop()
    answer = page.goto(site.url + "lessons/99-nothing/")
    assert answer.status == 404
    assert page.locator("h1").inner_text() == "Page not found"
    page.goto(site.url + LESSON.rstrip("/"))
    assert page.url == site.url + LESSON


def test_with_a_connection_a_wrong_address_gets_the_servers_answer(site, page):
    visit(page, site)
    assert page.goto(site.url + "lessons/99-nothing/").status == 404
    assert any(path.endswith("/lessons/99-nothing/") for _, path in site.asked)


def test_who_saves_data_keeps_what_was_visited_and_no_more(site, page):
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page.goto(site.url)
    home = f"urls => ({ADDRESSES})().then((found) => urls.every((url) => found.includes(url)))"
    wait_for(page, home, [site.url, site.url + site.style])
    page.goto(site.url + LESSON)
    wait_for(page, home, [site.url + LESSON])
    page.wait_for_timeout(500)
    assert site.url + "lessons/fitting-a-quadratic/" not in page.evaluate(ADDRESSES)
    asked = {path for _, path in site.asked}
    assert not any("lessons/fitting" in path for path in asked)
    site.stop()
    page.goto(site.url)
    assert page.locator("h1").count() == 1
    page.goto(site.url + LESSON)
    assert page.locator("h1").inner_text().startswith("Three or seven")


def test_nothing_is_kept_before_the_page_has_been_loaded(site, page):
    visit(page, site)
    loaded = page.evaluate("performance.timeOrigin + performance.getEntriesByType('navigation')[0].loadEventStart")
    ours = [(when, path) for when, path in site.asked if path.endswith(("/service-worker.js", "/offline.json"))]
    assert len(ours) >= 2
    assert min(when for when, _ in ours) > loaded - 5
    assert all(when > loaded - 5 for when, path in site.asked if LESSON in path)


def test_a_new_build_takes_the_place_of_the_old_one(site, page):
    visit(page, site)
    site.change(LESSON + "index.html", "<h1", "<p id=fresh>Fresh words.</p><h1")
    site.change(site.style, ":root", "/* other */ :root")
    shutil.rmtree(site.folder / "lessons/fitting-a-quadratic")
    listed = {name: each for name, each in site.listed().items() if not name.startswith("lessons/fitting")}
    (site.folder / "offline.json").write_text(json.dumps(listed), "utf-8")
    before = len(site.asked)
    visit(page, site)
    again = [path for _, path in site.asked[before:] if path.startswith(site.base + "lessons/")]
    assert again == [site.base + LESSON], "what has not changed is not fetched again"
    site.stop()
    page.goto(site.url + LESSON)
    assert page.locator("#fresh").inner_text() == "Fresh words."
    assert page.goto(site.url + "lessons/fitting-a-quadratic/").status == 404
    text = page.evaluate("name => fetch(new URL(name, __md_scope)).then((each) => each.text())", site.style)
    assert "/* other */" in text


def test_a_page_that_asks_for_a_password_is_shown_and_never_kept(site, page):
    visit(page, site)
    for name in (LESSON + "index.html", site.style, "offline.json"):
        (site.folder / name).write_text(
            "<!doctype html><title>Log in</title><h1>This network wants a password</h1>", "utf-8"
        )
    page.goto(site.url + LESSON)
    assert page.locator("h1").inner_text() == "This network wants a password"
    page.goto(site.url)
    page.wait_for_timeout(1000)  # what would be kept would be by now
    site.stop()
    page.goto(site.url + LESSON)
    assert page.locator("h1").inner_text().startswith("Three or seven")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')"), "its styles are there"


def test_with_a_connection_pages_come_from_the_network(site, page):
    visit(page, site)
    site.change(LESSON + "index.html", "<h1", "<p id=fresh>Fresh words.</p><h1")
    page.goto(site.url + LESSON)
    assert page.locator("#fresh").count() == 1


def test_under_serve_an_earlier_worker_goes(site, page):
    visit(page, site)
    (name,) = page.evaluate("caches.keys()")
    assert name.startswith(site.url + "#3 ")
    (site.folder / "service-worker.js").write_text(FAREWELL, "utf-8")
    for file in site.folder.rglob("*.html"):
        file.write_text(file.read_text("utf-8").replace("/offline.js", "/course.css"), "utf-8")
    page.reload()
    wait_for(page, "navigator.serviceWorker.getRegistration().then((found) => !found)")
    wait_for(page, "caches.keys().then((names) => names.length === 0)")
