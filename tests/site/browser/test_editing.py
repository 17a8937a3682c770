"""A tiny course, changed where it is read, with the engine of `mkdocs serve`."""

from __future__ import annotations

import ast
import json
import os
import re
from functools import partial
from pathlib import Path

import pytest
import torch
from axe import violations
from charts import changed, charts, shown, wake
from other_numbers import other_numbers
from pages import LESSONS, PAGES
from project_root import ROOT
from served import Served
from sizes import SIZES
from watch import Watch

from live_charts import line, live, number, slider
from page_runner.page import read_page

SOME = os.environ.get("COURSE_PAGES", "").split()  # a look at a few pages alone
pytestmark = pytest.mark.xdist_group("editing")  # so that one server answers all

CONFIG = f"""
site_name: Tiny
site_url: ""
theme:
  name: material
  custom_dir: {ROOT}/theme
  font: false
  palette:
    - {{media: "(prefers-color-scheme: light)", primary: custom, accent: custom, scheme: default, toggle: {{icon: material/weather-night, name: Dark}}}}
    - {{media: "(prefers-color-scheme: dark)", primary: custom, accent: custom, scheme: slate, toggle: {{icon: material/weather-sunny, name: Light}}}}
plugins:
  - page_runner
  - page_editing
  - package_assets: {{packages: [page_editing, page_runner, questions, live_charts, glossary_terms]}}
  - strict_policy
markdown_extensions:
  - attr_list
  - tables
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.superfences
  - questions
  - page_runner: {{exercise: NotYet}}
extra_css: [assets/page-runner.css, assets/live.css, assets/questions.css, assets/course.css]
extra_javascript:
  - {{path: assets/course.js, type: module}}
  - {{path: assets/live.js, type: module}}
  - {{path: assets/questions.js, type: module}}
  - {{path: assets/take-away.js, type: module}}
  - {{path: "assets/page-editing.js?store=nnf.edits", type: module}}
"""
PAGE = """\
---
reads: [docs/chart-*.html]
---

# Sums

```python
a = 2
b = 3
print(a + b)
```

The sum is {{ a + b }}, and **twice** that is {{ 2 * (a + b) }}.

| what | value |
|------|-------|
| a    | {{ a }} |
| b    | {{ b }} |

## Break it

```python raises="ZeroDivisionError"
b / 0
```

```python fold="The code"
list(range(a))
```

These are {{ a }}.

## Exercises

**1.** Make `answer` twice the sum.

```python raises="NotYet"
class NotYet(Exception):
    pass


def check(name, answer):
    if answer != 2 * (a + b):
        raise NotYet(f"{answer} is not twice the sum")
    print("✓ it is")


answer = 0
check("twice", answer)
```

??? success "Solution"

    ```python
    check("twice", 2 * (a + b))
    ```

??? question "What is the sum?"

    - [=] {{ a + b }}

    It is computed.

```python
class Chart:
    def _repr_html_(self):
        return open(f"chart-{a}.html").read()


Chart()
```
"""
FIRST, BROKEN, LAST, EXERCISE = range(4)


def chart_of(climb):
    """The live chart of a page, made here: a page that imports PyTorch takes seconds."""
    x = torch.arange(5.0).double()
    drawn = live(
        lambda k: [line(x, climb * k * x), number("height", climb * k)],
        k=slider(0, 4, 1, start=1),
        alt=f"A line that climbs by {climb}.",
    )
    return drawn._repr_html_()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    (root / "docs").mkdir()
    (root / "mkdocs.yml").write_text(CONFIG, "utf-8")
    (root / "docs/index.md").write_text("# Home\n", "utf-8")
    (root / "docs/sums.md").write_text(PAGE, "utf-8")
    for climb in (1, 2, 4):
        (root / f"docs/chart-{climb}.html").write_text(chart_of(climb), "utf-8")
    served = Served(root)
    try:
        served.wait_for("The sum is 5", "sums")
        yield served
    finally:
        served.stop()


class Reader:
    """Someone who has opened the page."""

    def __init__(self, browser, served, size="desktop", scheme="light", context=None, name="sums/"):
        self.context = context or browser.new_context(viewport=SIZES[size], color_scheme=scheme, accept_downloads=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)  # beside other work a machine may be slow
        self.watch = Watch(self.page, f"http://{served.address}/")
        self.name = name
        self.visit(served)

    def visit(self, served):
        self.page.goto(f"http://{served.address}/{self.name}")
        self.page.locator(".page-editing__edit").first.wait_for(state="attached")

    @property
    def article(self):
        return self.page.locator("article")

    def snippet(self, number):
        return self.page.locator(".snippet").nth(number)

    def editor(self, number):
        return self.page.get_by_label(f"Code of snippet {number + 1}", exact=True)

    def edit(self, number, code):
        if not self.editor(number).count():
            self.snippet(number).evaluate("snippet => snippet.closest('details')?.setAttribute('open', '')")
            self.snippet(number).scroll_into_view_if_needed()
            if self.snippet(number).locator(".page-editing__edit").count():
                self.snippet(number).get_by_role("button", name="Edit").click()
        self.editor(number).wait_for()
        self.editor(number).press("Control+a")
        self.page.keyboard.insert_text(f"{code}\n")

    def run(self):
        self.page.keyboard.press("Control+Enter")

    def hears(self, text):
        self.page.locator(".page-editing__said", has_text=text).wait_for()

    def output(self, number):
        """What stands under a snippet."""
        return self.snippet(number).evaluate("""(snippet) => {
            const texts = [];
            let next = (snippet.closest("details.code") ?? snippet).nextElementSibling;
            for (; next?.matches(".output"); next = next.nextElementSibling) texts.push(next.textContent);
            return texts.join("|");
        }""")

    def marked(self):
        marked = self.page.locator(".page-editing--differs").all_inner_texts()
        return [re.sub(r"\s+", " ", text).strip() for text in marked]


@pytest.fixture
def reader(browser, served):
    readers = []

    def opened(**options):
        readers.append(Reader(browser, served, **options))
        return readers[-1]

    yield opened
    for each in readers:
        each.context.close()
    assert [fault for each in readers for fault in each.watch.faults] == []


TEXT = """article => [...article.querySelectorAll("h2, p, td, summary, .output")].map(({textContent}) => textContent)
    .join(" ")"""


def test_the_page_becomes_that_of_the_changed_program_and_back(reader):
    there = reader()
    built = there.article.evaluate(TEXT)
    there.edit(FIRST, "a = 4\nb = 3\nprint(a + b)")
    there.run()
    there.hears("This page shows your program: 1 snippet changed.")
    assert there.output(FIRST) == "7" and there.output(LAST) == "[0, 1, 2, 3]"
    *words, chart = there.marked()
    assert words == ["7", "The sum is 7, and twice that is 14.", "4", "[0, 1, 2, 3]", "These are 4."]
    assert "height" in chart
    chart = wake(charts(there.page)[0])
    assert shown(chart) == [4]
    chart.get_by_label("k", exact=True).press("End")
    assert changed(chart, [4]) == [16]
    there.page.emulate_media(media="print")
    assert not there.editor(FIRST).is_visible() and "a = 4" in there.snippet(FIRST).locator("pre").inner_text()
    there.page.emulate_media(media="screen")
    there.page.get_by_text("What is the sum?").click()
    there.page.get_by_label("Number:").fill("7")
    there.page.get_by_role("button", name="Check").click()
    there.page.get_by_text("✓ Right.").wait_for()
    assert violations(there.page) == []
    there.page.get_by_text("What is the sum?").click()
    there.context.grant_permissions(["clipboard-read", "clipboard-write"])
    there.snippet(FIRST).get_by_role("button", name="Copy", exact=True).click()
    there.page.get_by_text("Copied to clipboard").wait_for()
    assert there.page.evaluate("navigator.clipboard.readText()") == "a = 4\nb = 3\nprint(a + b)"
    there.snippet(FIRST).get_by_role("button", name="Reset").click()
    there.hears("This page is as it was built.")
    assert there.marked() == []
    now = there.article.evaluate(TEXT)
    assert now.replace("✓ right last time", "").split() == built.split()


def test_an_error_stands_under_its_snippet_with_its_line_and_what_did_not_run_says_so(reader):
    there = reader(size="phone", scheme="dark")
    there.edit(FIRST, "a = 2\nb = missing\nprint(a + b)")
    assert violations(there.page) == []
    there.run()
    there.hears("The program ended in snippet 1, line 2: NameError")
    assert "NameError: name 'missing' is not defined" in there.output(FIRST)
    assert there.snippet(FIRST).evaluate("""snippet => [...snippet.querySelector(".page-editing__editor").shadowRoot
        .querySelectorAll(".wrong")].map((line) => line.textContent)""") == ["b = missing"]
    assert {there.output(number) for number in (BROKEN, LAST, EXERCISE)} == {
        "Not run: the program ended in snippet 1, line 2."
    }
    assert there.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(there.page) == []


def test_stop_answers_at_once(reader):
    there = reader()
    there.edit(BROKEN, "while True:\n    pass")
    there.run()
    there.page.locator(".page-editing__clock", has_text="snippet 2 of 6").wait_for()
    there.page.set_default_timeout(1000)
    there.snippet(BROKEN).get_by_role("button", name="Stop").click()
    there.hears("Stopped after")
    assert there.output(FIRST) == "5" and there.output(LAST) == "Not run: you have stopped the program."


def test_an_exercise_is_done_where_it_stands(reader):
    there = reader()
    there.snippet(EXERCISE).scroll_into_view_if_needed()
    there.editor(EXERCISE).wait_for()
    starter = "\n".join(there.editor(EXERCISE).evaluate("code => [...code.children].map(line => line.textContent)"))
    for answer, given in (("4", "NotYet: 4 is not twice the sum"), ("2 * (a + b)", "✓ it is")):
        there.edit(EXERCISE, starter.replace("answer = 0", f"answer = {answer}"))
        there.run()
        there.hears("This page shows your program")
        assert given in there.output(EXERCISE)
    there.snippet(EXERCISE).get_by_text("✓ Solved").wait_for()
    assert "nnf.edits.solved" in there.page.evaluate("Object.keys(localStorage)")
    assert not there.page.locator("details.success").evaluate("fold => fold.open")


def test_the_keyboard_goes_in_and_out(reader):
    there = reader()
    keyboard = there.page.keyboard
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    there.snippet(FIRST).get_by_role("button", name="Edit").focus()
    keyboard.press("Enter")
    there.editor(FIRST).wait_for()
    keyboard.press("Tab")  # nothing was done in the editor yet: Tab goes on
    assert there.page.evaluate(focused) == "Run"
    keyboard.press("Shift+Tab")
    for key in ("Control+End", "Enter", *"if a:", "Enter", *"print(9)", "Home", "Tab"):
        keyboard.press(key)
    assert there.editor(FIRST).inner_text().split("\n")[-1] == "        print(9)"
    for key in ("Escape", "Tab", "Enter"):
        keyboard.press(key)
    there.hears("This page shows your program")
    assert there.output(FIRST) == "5\n9" and there.page.evaluate(focused) == "Run"


def test_edits_stay_in_the_browser_and_leave_as_files(reader, browser, served):
    there = reader()
    there.edit(LAST, "list(range(a + 1))")
    other = Reader(browser, served, context=there.context)
    other.snippet(LAST).get_by_text("Not run yet").wait_for(state="attached")
    other.hears("1 snippet changed, and not run yet")
    there.edit(FIRST, "a = 1\nb = 3")
    other.hears("Another tab has changed this page's program.")
    other.page.get_by_role("button", name="Take that over").click()
    other.hears("2 snippets changed, and not run yet")
    files = {}
    for name in ("Save as script", "Save as notebook"):
        with other.page.expect_download() as download:
            other.page.get_by_role("button", name=name).click()
        files[download.value.suggested_filename] = Path(download.value.path()).read_text("utf-8")
    assert files["sums.py"].startswith("a = 1\nb = 3\n\ntry:\n    b / 0\n") and "range(a + 1)" in files["sums.py"]
    cells = [cell["source"] for cell in json.loads(files["sums.ipynb"])["cells"] if cell["cell_type"] == "code"]
    assert "".join(cells[FIRST]) == "a = 1\nb = 3" and "".join(cells[BROKEN]).startswith("b / 0")
    # The page has changed since: what was written for the old one is offered.
    there.page.evaluate("""() => {
        const kept = JSON.parse(localStorage["nnf.edits"]);
        kept.pages["sums/"] = {earlier: Object.values(kept.pages["sums/"])[0]};
        localStorage["nnf.edits"] = JSON.stringify(kept);
    }""")
    there.visit(served)
    there.page.get_by_text("You have changed an earlier version of this page.").click()
    there.page.get_by_role("button", name="Put it into snippet 1", exact=True).click()
    there.hears("1 snippet changed, and not run yet")
    there.page.get_by_role("button", name="Discard it").click()
    versions = there.page.evaluate("Object.keys(JSON.parse(localStorage['nnf.edits']).pages['sums/'])")
    assert len(versions) == 1 and versions != ["earlier"]
    there.page.get_by_role("button", name="Reset page").click()
    assert there.page.evaluate("JSON.parse(localStorage['nnf.edits']).pages") == {}


def refuse(status, route):
    route.fulfill(status=status, json={"message": "no"})


def test_a_server_that_is_another_or_gone_is_told_and_the_edits_stay(reader):
    there = reader()
    where = re.compile("/-/page-editing/run$")
    there.edit(FIRST, "a = 1\nb = 3")
    for status, said in ((403, "The server was started anew"), (409, "This page has changed since you opened it.")):
        there.page.route(where, partial(refuse, status))
        there.run()
        there.hears(said)
        there.page.unroute(where)
    there.context.set_offline(True)
    there.run()
    there.hears("The server that runs the code does not answer.")
    there.context.set_offline(False)
    there.watch.faults.clear()  # all of them on purpose
    there.run()
    there.hears("This page shows your program")
    assert there.output(LAST) == "[0]"


@pytest.fixture(scope="module")
def course_served(tmp_path_factory):
    log, patient = tmp_path_factory.mktemp("log") / "serve.log", {**os.environ, "PAGE_RUNNER_PATIENCE": "10"}
    served = Served(ROOT, variables=patient, log=log, pages=" ".join(SOME))
    try:
        served.wait_for("Neural Net Foundations", absent="http-equiv=refresh")
        yield served
    finally:
        served.stop()


def answers(page):
    """What a reader types into each exercise: the starter up to its check, and the solution."""
    snippets = page.snippets
    for at, snippet in enumerate(snippets):
        if snippet.options.get("raises") == "NotYet":
            last = ast.parse(snippet.source).body[-1].lineno
            above = snippet.source.split("\n")[: last - 1]
            yield at, "\n".join(above) + "\n" + snippets[at + 1].source


# What stands in the page, and what the server says should: their words, without what scripts put there.
WORDS = """(article) => {
    const own = ".output--chart, .output--varies, .output--not-run, :has(figure), details.quiz *, figure *";
    const whole = (root) => [...root.querySelectorAll(`:is(h2, p, td, .output):not(${own}, .page-editing__earlier *)`)]
        .map((each) => each.textContent.replace(/\\s+/g, " ").trim());
    return [whole(article), whole(new DOMParser().parseFromString(window.pageGiven, "text/html"))];
}"""
NOTES = """() => {
    const parse = JSON.parse;
    JSON.parse = (...given) => {
        const found = parse(...given);
        if (found?.event === "page") window.pageGiven = found.html;
        return found;
    };
}"""


@pytest.mark.weekly
@pytest.mark.parametrize("name", [name for name in LESSONS if not SOME or name.rstrip("/") in SOME])
def test_every_lesson_is_changed_and_its_exercises_solved_where_they_stand(name, browser, course_served):
    written = read_page(PAGES[name], ROOT)
    there = Reader(browser, course_served, name=name, size="phone", scheme="dark")
    there.page.set_default_timeout(180_000)
    there.page.evaluate(f"({NOTES})()")
    there.edit(0, f"{written.snippets[0].source}# nothing else")
    there.run()
    there.hears("This page shows your program: 1 snippet changed.")
    assert there.marked() == []
    _, (number, code, _), *_ = other_numbers(written)
    there.edit(number, code.rstrip())
    there.run()
    there.hears("snippet")  # an error may end the program
    shown, given = there.article.evaluate(WORDS)
    assert [pair for pair in zip(shown, given, strict=True) if pair[0] != pair[1]] == []
    assert violations(there.page) == []
    there.page.get_by_role("button", name="More").click()
    there.page.get_by_role("button", name="Reset page").click()
    there.hears("This page is as it was built.")
    assert there.marked() == []
    typed = dict(answers(written))
    for number, code in typed.items():
        there.edit(number, code.rstrip())
    if typed:
        there.run()
        there.hears("This page shows your program")
    unsolved = {number: there.output(number) for number in typed if "✓" not in there.output(number)}
    there.context.close()
    assert unsolved == {} and there.watch.faults == []
