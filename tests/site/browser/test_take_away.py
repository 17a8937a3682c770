"""What a reader takes along: a snippet with everything above it, the notebook, the clean view."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
import yaml
from pages import UNFOLD, copied
from project_root import ROOT
from ready import NEAR_ALL_CODE

from browser_engine.web import WebServer, handler_of

pytestmark = pytest.mark.xdist_group("take-away")  # so that its site is built once
NAME = "Copy with everything above"

LESSON = '''
# Everything

Some prose with a [link](other.md).

```python title="first.py" linenums="1"
a = 1  # (1)!
b = "# (1)!"
```

1. The hidden text of a note, with `code`.

!!! note "A note"

    Words in it.

    ```python
    print(a)
    ```

=== "One"

    ```python hl_lines="1"
    if a:
        c = """
    two"""
    ```

=== "Two"

    ```python raises="ZeroDivisionError"
    d = 4
    d / 0
    ```

## Part

```text
not code that runs
```

```python raises="SyntaxError"
this = = Python
```

```python fold="The code"
e = d + 1
```

- A list

    ```python
    print(e)  # (1)
    e
    ```

    1. Another note.

??? question "Folded?"

    Yes.

| table |
|---|
| cell |
'''

PASTED = '''a = 1
b = "# (1)!"

print(a)

if a:
    c = """
two"""

try:
    d = 4
    d / 0
except Exception as expected_error:
    print(f"{type(expected_error).__name__}: {expected_error}")

# This raises SyntaxError:
# this = = Python

e = d + 1

print(e)
e
'''


ASSETS = ["glossary_terms", "live_charts", "page_editing", "page_runner", "questions"]
EXERCISE = "class NotYet(Exception):\n    pass\n\n\nraise NotYet(x)"
OTHER = f"""# Other

```python
y = 2
x = 1
```

```python
x + 1
```

## Exercises

```python raises="NotYet"
{EXERCISE}
```
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The address of a site in the course's theme with one lesson that holds everything, and another one."""
    root = tmp_path_factory.mktemp("tiny")
    config = {
        "INHERIT": str(ROOT / "mkdocs.yml"),
        "docs_dir": "docs",
        "watch": [],
        "hooks": [],
        "plugins": [
            "search",
            {"page_runner": {"notebooks_branch": "notebooks"}},
            {"package_assets": {"packages": ASSETS}},
        ],
        "repo_url": "https://github.com/me/course",
        "theme": {"custom_dir": str(ROOT / "theme")},
        "nav": ["index.md", "lesson.md", "other.md"],
    }
    shutil.copytree(ROOT / "docs/assets", root / "docs/assets")
    (root / "mkdocs.yml").write_text(yaml.safe_dump(config), "utf-8")
    (root / "docs/index.md").write_text("# Home\n", "utf-8")
    (root / "docs/lesson.md").write_text(LESSON, "utf-8")
    (root / "docs/other.md").write_text(OTHER, "utf-8")
    with WebServer(handler_of(root / "site")) as server:
        url = f"{server.root}/"
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
        environment = os.environ | {"SITE_URL": url, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}
        built = subprocess.run(command, cwd=root, env=environment, capture_output=True, encoding="utf-8")
        assert built.returncode == 0, built.stdout + built.stderr
        yield url


@pytest.fixture
def lesson(tiny, browser):
    """The lesson in a window of its own; no script of it may have failed at the end."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 3000},  # all of it is in view
        permissions=["clipboard-read", "clipboard-write"],
        accept_downloads=True,
    )
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    page.goto(tiny + "lesson/")
    page.wait_for_selector(".take-away__copy", state="attached")
    page.wait_for_function("document.querySelectorAll('.md-annotation').length === 2")
    page.wait_for_function(
        "!/The hidden text of a note|Another note/.test(document.querySelector('article').innerText)"
    )
    yield page
    context.close()
    assert faults == []


def last(lesson):
    """The last snippet's button for the whole program."""
    lesson.locator(".snippet").last.scroll_into_view_if_needed()
    button = lesson.locator(".snippet").last.locator(".take-away__copy")
    button.wait_for()
    return button


def test_every_snippet_but_the_first_has_a_second_button(lesson):
    snippets = lesson.locator(".snippet").all()
    assert len(snippets) == 7
    lesson.evaluate(UNFOLD)
    lesson.evaluate(NEAR_ALL_CODE)
    buttons = [snippet.locator("button.take-away__copy") for snippet in snippets]
    assert [button.count() for button in buttons] == [0, 1, 1, 1, 1, 1, 1]
    assert lesson.get_by_role("button", name=NAME).count() >= 3, "those that are not folded away"


@pytest.mark.parametrize("annotated", [True, False], ids=["with its notes", "before Material made the notes"])
def test_what_is_copied_is_the_program_alone(lesson, annotated):
    if annotated:
        lesson.locator(".snippet .md-annotation__index").first.click(force=True)  # it pulses
        lesson.get_by_text("hidden text").wait_for()
    else:
        lesson.evaluate("""() => document.querySelectorAll('.snippet .md-annotation').forEach((note) => {
            note.previousSibling?.nodeType === 3 && note.previousSibling.data === "# " && note.previousSibling.remove();
            note.replaceWith("# (1)!");
        })""")
    button = last(lesson)
    pasted = copied(lesson, button.click)
    assert pasted == PASTED
    assert lesson.get_by_text("Copied to clipboard").is_visible()


def test_the_pasted_program_runs(lesson, tmp_path):
    pasted = copied(lesson, last(lesson).click)
    ran = subprocess.run([sys.executable, "-c", pasted], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "1\nZeroDivisionError: division by zero\n5\n"


def test_on_a_snippet_that_raises_the_error_comes_last(lesson):
    lesson.locator(".tabbed-labels label").last.click()
    pasted = copied(lesson, lesson.locator(".snippet.raises-ZeroDivisionError .take-away__copy").click)
    assert pasted.endswith("\n\nd = 4\nd / 0\n")


def test_by_keyboard(lesson):
    button = lesson.locator(".take-away__copy").first
    button.focus()
    assert copied(lesson, lambda: lesson.keyboard.press("Enter")) == 'a = 1\nb = "# (1)!"\n\nprint(a)\n'
    clean = lesson.get_by_role("button", name="Clean view")
    clean.focus()
    lesson.keyboard.press("Space")
    assert clean.get_attribute("aria-pressed") == "true"
    lesson.keyboard.press("Enter")
    assert clean.get_attribute("aria-pressed") == "false"


def test_an_exercise_is_copied_with_the_lines_that_it_needs(lesson, tiny):
    lesson.goto(tiny + "other/")
    button = lesson.get_by_role("button", name="Copy what this exercise needs")
    assert copied(lesson, button.click) == f"x = 1\n\n{EXERCISE}\n"
    assert "make serve" in lesson.locator("h2 + .page-editing__ways").inner_text()
    assert lesson.locator(".page-editing__edit").count() == 0, "nothing is there that could run it"


def visible(page) -> list[str]:
    """The words that can be seen in the article."""
    return [line.strip() for line in page.locator("article").inner_text().splitlines() if line.strip()]


def test_the_clean_view_shows_headings_and_code(lesson):
    before = visible(lesson)
    clean = lesson.get_by_role("button", name="Clean view")
    assert clean.get_attribute("aria-pressed") == "false"
    clean.click()
    for media in ("screen", "print"):
        lesson.emulate_media(media=media)
        assert lesson.get_by_role("heading").all_inner_texts()[:2]
        assert (
            lesson.locator(
                ".output:visible, article p:visible:not(.admonition-title), table:visible:not(.highlighttable)"
            ).count()
            == 0
        )
        assert lesson.get_by_text("not code that runs").is_hidden()
        assert lesson.get_by_text("Folded?").is_hidden()
        assert lesson.locator("article h2").is_visible()
        code = [snippet for snippet in lesson.locator(".snippet").all() if snippet.is_visible()]
        assert len(code) >= 4
    lesson.emulate_media(media="screen")
    clean.click()
    for _ in range(100):  # what is far from the screen is drawn a moment later, and only then counts as text
        if visible(lesson) == before:
            break
        lesson.wait_for_timeout(50)
    assert visible(lesson) == before


def test_the_links(lesson, tiny):
    links = {
        link.get_attribute("aria-label"): link.evaluate("link => link.href")
        for link in lesson.locator(".take-away a").all()
    }
    assert links == {
        "Download as notebook": f"{tiny}lesson/lesson.ipynb",
        "Open in Colab": "https://colab.research.google.com/github/me/course/blob/notebooks/lesson/lesson.ipynb",
        "Open in Kaggle": "https://www.kaggle.com/kernels/welcome?src=https://github.com/me/course/blob/notebooks/lesson/lesson.ipynb",
    }
    with lesson.expect_download() as download:
        lesson.get_by_role("link", name="Download as notebook").click()
    assert download.value.suggested_filename == "lesson.ipynb"
    assert json.loads(download.value.path().read_text("utf-8"))["nbformat"] == 4


def test_the_home_page_offers_nothing(tiny, browser):
    page = browser.new_page()
    page.goto(tiny)
    assert page.locator(".take-away").count() == 0
    page.close()


def test_without_scripts_no_button_is_there_that_does_nothing(tiny, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(tiny + "lesson/")
    assert page.locator(".take-away a").count() == 3
    assert page.locator(".take-away button:visible").count() == 0
    context.close()
