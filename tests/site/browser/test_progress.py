"""The reader's way: what is read and done, where to go on, the file to take along; paper; the page that is not there."""

from __future__ import annotations

import json
import re

import pytest
from pages import LESSONS, PAGES

FIRST, SECOND, THIRD = LESSONS[:3]
DATE = r"\d{1,2} [A-Z][a-z]+ 20\d\d"
READ = "JSON.parse(localStorage.getItem('nnf.read'))"


def go(page, course, name=""):
    page.wait_for_load_state("networkidle")  # what is still being fetched would be broken off
    page.goto(course.url + name)
    if not name:
        page.wait_for_selector(".progress:not([hidden])")  # the script for it is fetched on the first page alone


def done(page):
    return page.get_by_role("button", name="Done with this lesson")


def said(page):
    return page.locator(".progress__said").inner_text()


def badge(page, name):
    return page.locator(f".cards li:has(a[href$='{name}']) .state").inner_text()


def test_a_new_reader_starts_at_the_first_lesson(open_page):
    page = open_page()
    link = page.locator("a.continue")
    assert link.inner_text() == "Start with the first lesson"
    assert page.locator(".progress__count").inner_text() == f"0 of {len(LESSONS)} lessons done."
    assert page.locator(".cards .state").all_inner_texts() == ["Not started"] * len(LESSONS)
    link.click()
    page.wait_for_function("document.querySelector('.done__button:not([hidden])')")
    assert FIRST in page.url


def test_a_lesson_is_begun_and_done_and_not_done(open_page, course):
    page = open_page(FIRST)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", page.evaluate(f"{READ}.lessons['{FIRST}'].opened"))
    button = done(page)
    assert button.get_attribute("aria-pressed") == "false"
    button.focus()
    page.keyboard.press("Space")
    assert button.get_attribute("aria-pressed") == "true"
    assert re.fullmatch(f"Done on {DATE}. Press again to take that back.", page.locator(".done__note").inner_text())
    go(page, course, SECOND)
    go(page, course)
    assert re.fullmatch(f"Done on {DATE}", badge(page, FIRST))
    assert re.fullmatch(f"Begun on {DATE}", badge(page, SECOND))
    assert badge(page, THIRD) == "Not started"
    assert page.locator(".progress__count").inner_text() == f"1 of {len(LESSONS)} lessons done, 1 more begun."
    bar = page.get_by_role("progressbar")
    assert (bar.evaluate("bar => [bar.value, bar.max]")) == [1, len(LESSONS)]
    go(page, course, FIRST)
    done(page).click()
    assert page.locator(".done__note").inner_text() == ""
    go(page, course)
    assert re.fullmatch(f"Begun on {DATE}", badge(page, FIRST))


def test_two_tabs_agree(open_page, course):
    page = open_page(FIRST)
    stale = page.context.new_page()
    stale.add_init_script("addEventListener('storage', (event) => event.stopImmediatePropagation(), {capture: true})")
    fresh = page.context.new_page()
    for other in (stale, fresh):
        other.goto(course.url + FIRST)
        done(other).wait_for()
    done(page).click()
    fresh.wait_for_selector(".done__button[aria-pressed=true]")
    assert fresh.locator(".done__note").inner_text().startswith("Done on ")
    assert done(stale).get_attribute("aria-pressed") == "false"
    done(stale).click()  # it does what it says, and takes nothing back
    assert page.evaluate(f"{READ}.lessons['{FIRST}'].done")
    done(fresh).click()
    page.wait_for_selector(".done__button[aria-pressed=false]")


def test_on_where_you_were(open_page, course):
    page = open_page(SECOND)
    heading = page.locator("article h2[id]").nth(2)
    heading.evaluate("heading => heading.scrollIntoView()")
    name = heading.get_attribute("id")
    page.wait_for_function(f"{READ}.last.place === '{name}'")
    go(page, course)
    link = page.locator("a.continue")
    assert link.inner_text().startswith("Continue where you were: ")
    link.click()
    page.wait_for_url(f"**/{SECOND}#{name}")
    done(page).click()
    go(page, course)
    assert page.locator("a.continue").inner_text().startswith("Continue with ")
    assert page.locator("a.continue").evaluate("link => link.href") == course.url + THIRD
    assert page.locator(".continue__count").inner_text() == f"1 of {len(LESSONS)} lessons done"


def test_after_the_last_lesson(open_page, course):
    page = open_page()
    read = {"lessons": {name: {"done": "2026-01-02"} for name in LESSONS}, "last": {"lesson": LESSONS[-1]}}
    page.evaluate("read => localStorage.setItem('nnf.read', JSON.stringify(read))", read)
    go(page, course)
    assert page.locator("a.continue").inner_text() == "You have done every lesson: start again"


def saved(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    assert re.fullmatch(r"neural-net-foundations-20\d\d-\d\d-\d\d\.json", download.value.suggested_filename)
    return download.value.path().read_text("utf-8")


def load(page, text):
    data = text if isinstance(text, bytes) else text.encode()
    page.locator(".progress input[type=file]").set_input_files(
        {"name": "x.json", "mimeType": "application/json", "buffer": data}
    )
    page.wait_for_function("document.querySelector('.progress__said').textContent")


def answered(times):
    return {"times": times, "right": 0, "last": "wrong", "box": 0, "due": "2026-01-02"}


def answers(questions):
    return json.dumps({"version": 1, "questions": questions})


def test_from_one_browser_to_another(open_page, course):
    page = open_page(FIRST)
    done(page).click()
    a, b, c = (f"{FIRST}#q-0000000{number}" for number in range(3))
    page.evaluate("text => localStorage.setItem('nnf.quiz', text)", answers({a: answered(1), b: answered(2)}))
    page.evaluate("localStorage.setItem('other', 'x'); localStorage.setItem('nnf.old', '{}')")
    go(page, course)
    text = saved(page)
    assert set(json.loads(text)["keys"]) == {"nnf.quiz", "nnf.read"}

    other = open_page(SECOND)
    other.evaluate("text => localStorage.setItem('nnf.quiz', text)", answers({b: answered(3), c: answered(4)}))
    go(other, course)
    load(other, text)
    assert re.fullmatch(f"Loaded what was saved on {DATE}, beside what was here.", said(other))
    assert badge(other, FIRST).startswith("Done on ")
    assert badge(other, SECOND).startswith("Begun on ")
    joined = json.loads(answers({a: answered(1), b: answered(3), c: answered(4)}))  # what is newer is not undone
    assert other.evaluate("JSON.parse(localStorage.getItem('nnf.quiz'))") == joined
    assert other.evaluate("['other', 'nnf.old'].map((key) => localStorage.getItem(key))") == [None, None]


def test_what_is_damaged_is_not_saved(open_page, course):
    page = open_page(FIRST)
    page.evaluate("localStorage.setItem('nnf.quiz', '{\"a\": ')")
    go(page, course)
    assert json.loads(json.loads(saved(page))["keys"]["nnf.quiz"])["questions"] == {}


def test_of_two_days_the_earlier_counts(open_page):
    page = open_page()
    page.evaluate(
        "read => localStorage.setItem('nnf.read', read)",
        json.dumps({"lessons": {FIRST: {"opened": "2026-02-01", "done": "2026-02-09"}}}),
    )
    theirs = {"lessons": {FIRST: {"opened": "2026-03-01", "done": "2026-02-03"}}}
    load(page, progress_file({"nnf.read": json.dumps(theirs)}))
    assert page.evaluate(f"{READ}.lessons['{FIRST}']") == {"opened": "2026-02-01", "done": "2026-02-03"}


def progress_file(keys, **changes):
    whole = {"kind": "neural-net-foundations progress", "version": 1, "saved": "2026-03-04", "keys": keys}
    return json.dumps(whole | changes)


WRONG = {
    "not JSON": b"{",
    "a picture": bytes(range(256)),
    "nothing": "",
    "another program's": '{"kind": "shopping", "version": 1, "keys": {}}',
    "a list": "[1]",
    "a null": "null",
    "a newer one": progress_file({}, version=2),
    "no keys": progress_file(["nnf.read"]),
    "another site's key": progress_file({"token": '"x"'}),
    "a key that is not known": progress_file({"nnf.read": "{}", "nnf.new": "{}"}),
    "newer answers": progress_file({"nnf.quiz": '{"version": 2, "questions": {}}'}),
    "no answers": progress_file({"nnf.quiz": '{"questions": {"a": 1}}'}),
    "half an answer": progress_file({"nnf.quiz": answers({f"{FIRST}#q-00000000": {"times": 1}})}),
    "too many": progress_file({"nnf.read": json.dumps({"lessons": {f"lessons/{n}/": {} for n in range(1001)}})}),
    "no text": progress_file({"nnf.quiz": {"a": 1}}),
    "half a text": progress_file({"nnf.quiz": '{"a": '}),
    "no object": progress_file({"nnf.quiz": "null"}),
    "nothing read": progress_file({"nnf.read": "null"}),
    "no such day": progress_file({"nnf.read": json.dumps({"lessons": {FIRST: {"opened": "2026-99-99"}}})}),
    "no lessons": progress_file({"nnf.read": '{"lessons": {"../x": {"opened": "2026-01-01"}}}'}),
    "no days": progress_file({"nnf.read": json.dumps({"lessons": {FIRST: {"opened": "<b>"}}})}),
    "too large": b" " * 5_000_001,
}


def test_a_damaged_or_foreign_file_changes_nothing(open_page, course, subtests):
    page = open_page(FIRST)
    go(page, course)
    before = page.evaluate("JSON.stringify(localStorage)")
    for name, text in WRONG.items():
        with subtests.test(name):
            page.evaluate("document.querySelector('.progress__said').textContent = ''")
            load(page, text)
            assert said(page).startswith("Nothing was changed: this file ")
            assert page.evaluate("JSON.stringify(localStorage)") == before


FILL = """() => {
    for (let size = 2 ** 22, at = 0; size >= 1; at++) {
        try { localStorage.setItem(`x${at}`, "x".repeat(size)); } catch { size /= 2; }
    }
}"""


def test_a_file_that_does_not_fit_changes_nothing(open_page, course):
    page = open_page(FIRST)
    go(page, course)
    before = page.evaluate("localStorage.getItem('nnf.read')")
    page.evaluate(FILL)
    assert page.locator(".progress").inner_text().count("no room") == 0
    many = {f"{FIRST}#q-{number:08}": answered(1) for number in range(10)}
    theirs = json.dumps({"lessons": {THIRD: {"opened": "2026-03-01"}}})
    load(page, progress_file({"nnf.read": theirs, "nnf.quiz": answers(many)}))
    assert said(page) == "Nothing was changed: this browser has no room for it."
    assert page.evaluate("[localStorage['nnf.read'], localStorage['nnf.quiz']]") == [before, None]
    assert "no room left" in page.locator(".progress").inner_text()  # said from now on
    go(page, course, FIRST)
    done(page).click()
    assert "could not be noted" in page.locator(".done__note").inner_text()
    assert done(page).get_attribute("aria-pressed") == "false"
    go(page, course)
    assert "no room left" in page.locator(".progress").inner_text()
    assert badge(page, FIRST).startswith("Begun on ")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget everything").click()  # it is there all the same
    assert badge(page, FIRST) == "Not started"


def test_forget_everything_asks_first(open_page, course):
    page = open_page(FIRST)
    go(page, course)
    page.evaluate("localStorage.setItem('nnf.quiz', '{}')")
    answers = []
    page.once("dialog", lambda dialog: (answers.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Forget everything").click()
    assert badge(page, FIRST).startswith("Begun")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget everything").click()
    assert said(page) == "Forgotten: this browser knows nothing of your progress any more."
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('nnf.'))") == []
    assert badge(page, FIRST) == "Not started"
    assert page.locator("a.continue").inner_text() == "Start with the first lesson"
    assert len(answers) == 1


def test_what_somebody_else_wrote_there_does_no_harm(open_page, course, subtests):
    page = open_page()
    for text in ("{", "[]", "3", '{"lessons": 3, "last": 4}', '{"lessons": {"x": null}}'):
        with subtests.test(text):
            go(page, course)
            page.evaluate("text => { localStorage.clear(); localStorage.setItem('nnf.read', text); }", text)
            page.reload()
            assert page.locator(".progress__count").inner_text().startswith("0 of ")
            go(page, course, FIRST)
            done(page).click()
            assert page.evaluate(f"{READ}.lessons['{FIRST}'].done")


BLOCKED = {
    "not to be had": "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no'); }})",
    "not to be written": "Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError'); }",
}


@pytest.mark.parametrize("how", BLOCKED.values(), ids=BLOCKED)
def test_where_nothing_can_be_kept_the_page_says_so(course, browser, how):
    page = browser.new_page(service_workers="block")
    page.add_init_script(how)
    faults = []
    page.on("pageerror", lambda error: "/assets" in (error.stack or "") and faults.append(error))
    page.goto(course.url)
    page.wait_for_selector(".progress:not([hidden])")
    assert page.locator(".progress").inner_text().startswith("This browser keeps nothing for this site")
    assert page.locator(".state, .progress button").count() == 0
    go(page, course, FIRST)
    if done(page).is_visible():
        done(page).click()
        assert "could not be noted" in page.locator(".done__note").inner_text()
    assert page.locator(".md-content h1").is_visible()
    page.locator(".snippet").first.scroll_into_view_if_needed()
    page.locator(".snippet").first.locator(".md-code__button").wait_for()
    page.get_by_title("Switch to dark").click()
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    assert faults == []
    page.close()


def test_without_scripts_the_page_says_so_and_no_button_does_nothing(open_page):
    page = open_page(java_script_enabled=False)
    said = page.locator("noscript")
    assert said.is_visible()
    assert said.inner_text().startswith("Without scripts, this page cannot show")
    assert not page.locator(".progress").is_visible()
    lesson = open_page(FIRST, java_script_enabled=False)
    assert not done(lesson).is_visible()
    assert lesson.locator(".times").is_visible()


def test_print_this_page(open_page):
    page = open_page(FIRST)
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.get_by_role("button", name="Print this page").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert page.locator(".done, .take-away").evaluate_all("all => all.every((each) => !each.offsetHeight)")


def test_the_whole_course_on_paper(open_page):
    page = open_page("whole-course/")
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.get_by_role("button", name="Put all lessons together and print").click()
    page.wait_for_function("window.printed", timeout=60_000)
    assert page.locator(".whole-course__lesson h1").count() == len(LESSONS)
    names = "[...document.querySelectorAll('[id]')].map(({id}) => id)"
    assert page.evaluate(f"{names}.length - new Set({names}).size") == 0
    nowhere = """[...document.querySelectorAll(".whole-course__lesson a[href^='#']")].map(({hash}) => hash.slice(1))
        .filter((name) => !document.getElementById(decodeURIComponent(name)))"""
    assert page.evaluate(nowhere) == []
    assert page.locator(".whole-course__lesson .done, .whole-course__lesson .take-away").count() == 0


NEARLY = {
    "lessons/tensor": "Tensors",
    "lessons/04-autogrd/": "Autograd",
    "a/b/c/broadcasting.html": "Broadcasting",
    "glosary/": "Glossary",
    "lessons/03-something/": None,
    "%E0%A4%A": None,
    "qqqq/": None,
}


def test_an_address_that_is_nearly_right(course, browser, subtests):
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    for asked, meant in NEARLY.items():
        with subtests.test(asked):
            page.goto(course.url + asked)
            page.wait_for_function("document.readyState === 'complete'")
            guess = page.locator(".not-found__guess")
            assert guess.is_visible() == bool(meant)
            if meant:
                assert guess.inner_text() == f"Did you mean {meant}?"
                guess.get_by_role("link").click()
                page.wait_for_function("title => document.title.startsWith(title)", arg=meant)
    assert faults == []
    page.close()


def test_the_page_that_is_not_there_searches_and_lists(course, browser):
    page = browser.new_page()
    page.goto(course.url + "no/such/page/")
    links = page.locator(".not-found__pages a").evaluate_all("all => all.map(({href}) => href)")
    assert {course.url + name for name in PAGES if name} <= set(links)
    field = page.get_by_label("Search the course")
    assert field.input_value() == "page"
    field.fill("gradient")
    field.press("Enter")
    page.wait_for_url(f"{course.url}?q=gradient")
    page.wait_for_selector("a.md-search-result__link")
    page.close()


@pytest.mark.parametrize("name", ["", FIRST])
def test_nothing_moves_where_less_motion_is_asked_for(open_page, name):
    page = open_page(name, reduced_motion="reduce")
    page.mouse.move(300, 500)
    for link in page.locator("article a:visible").all()[:5]:
        link.hover()
        assert page.evaluate("document.getAnimations().filter((each) => each.playState === 'running').length") == 0
