"""A page's notebook: every snippet in order, prose that any notebook shows, and the wheel that it installs."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.request
import zipfile

import nbformat
import pytest
from served import PATIENCE, Served
from tiny_site import CONFIG, TICKS, Built, fence

from page_runner.take_away import TakeAway, is_public

PUBLIC = CONFIG + "site_url: https://example.org/course/\nrepo_url: https://github.com/me/course\n"
PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tiny-course"
version = "1.2"
requires-python = ">=3.11"

[tool.hatch.build.targets.wheel]
packages = ["src/tiny"]
"""


def indent(text: str, by: int = 4) -> str:
    return re.sub(r"^(?=.)", " " * by, text, flags=re.M)


def book(built: Built, name: str = "lesson") -> nbformat.NotebookNode:
    """The notebook of a page; it is valid."""
    assert built.ok, built.errors
    read = nbformat.read(built.site / name / f"{name}.ipynb", as_version=4)
    nbformat.validate(read)
    return read


def prose(read: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in read.cells if cell.cell_type == "markdown")


def code(read: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in read.cells if cell.cell_type == "code"]


@pytest.fixture
def lesson(site):
    """Build a site of a home page and one lesson; give the lesson's notebook."""
    site.page("# Home\n")

    def make(text: str, config: str = CONFIG) -> nbformat.NotebookNode:
        site.config(config)
        site.page(text, "lesson")
        return book(site.build())

    return make


def test_every_snippet_is_a_cell_wherever_it_stands(lesson):
    read = lesson(
        "---\ntitle: All\n---\n# All\n\n"
        + fence("a = 1", 'title="a.py" hl_lines="1"')
        + f'\n!!! note "In a note"\n\n    Before.\n\n{indent(fence("b = 2"))}\n    After.\n'
        + f'\n=== "One"\n\n    First tab.\n\n{indent(fence("c = 3"))}\n=== "Two"\n\n    ??? tip\n\n'
        + f"{indent(fence('d = 4'), 8)}\n        Deep.\n\n"
        + fence("if a:\n    e = 5\n\n\n    f = 6", 'fold="The code"')
        + f"\n1. In a list:\n\n{indent(fence('g = 7'))}\n    goes on.\n\n2. Second.\n\nEnd.\n"
    )
    expected = ["a = 1", "b = 2", "c = 3", "d = 4", "if a:\n    e = 5\n\n\n    f = 6", "g = 7"]
    assert code(read) == expected
    assert [cell.source for cell in read.cells] == [
        "# All",
        "a = 1",
        "> **In a note**\n>\n> Before.",
        "b = 2",
        "> After.\n\n**One**\n\nFirst tab.",
        "c = 3",
        "**Two**\n\n> **Tip**",
        "d = 4",
        "> Deep.",
        expected[4],
        "1. In a list:",
        "g = 7",
        "goes on.\n\n2. Second.\n\nEnd.",
    ]
    hidden = [cell.source for cell in read.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert hidden == ["d = 4", expected[4]]


def test_numbers_are_text(lesson):
    text = "# {{ 6 * 7 }}\n\n" + fence("x = 2")
    text += "\nIt is {{ x / 3:.3f }}, not `{{ x }}`.\n\n??? question \"Is `x` {{ x }}?\"\n    *{{ '_a_<b' }}*\n"
    assert prose(lesson(text)) == (
        "# 42\n\nIt is 0.667, not `{{ x }}`.\n\n<details><summary>Is <code>x</code> 2?</summary>\n\n"
        "*\\_a\\_&lt;b*\n\n</details>"
    )


def test_a_project_may_part_a_fold_in_two(lesson, site, monkeypatch):
    monkeypatch.syspath_prepend(site.root)
    site.write(
        "parting.py",
        "def in_two(kind, lines):\n    return (lines[1:2], 'Then', lines[2:]) if kind == 'ask' else None\n",
    )
    text = (
        "# T\n\n"
        + fence("x = 2")
        + '\n??? ask "Is `x` {{ x }}?"\n\n    See [T](#t).\n\n    Yes, {{ x }}.\n\n??? tip "Other"\n\n    Words.\n'
    )
    text += f'\n??? ask "Code"\n\n    Before.\n\n{indent(fence("y = 3"))}\nEnd.\n'
    config = CONFIG.replace("[page_runner]", "[page_runner: {in_two: !!python/name:parting.in_two }]")
    assert prose(lesson(text, config)) == (
        "# T\n\n**Is `x` 2?**\n\nSee [T](#t).\n\n<details><summary>Then</summary>\n\nYes, 2.\n\n</details>\n\n"
        "<details><summary>Other</summary>\n\nWords.\n\n</details>\n\n> **Code**\n>\n> Before.\n\nEnd."
    )


def test_an_error_on_purpose_does_not_stop_run_all(lesson):
    read = lesson("# T\n\n" + fence("1 / 0", 'raises="ZeroDivisionError"') + "\n" + fence("x = 1"))
    tags = [cell.metadata.get("tags") for cell in read.cells if cell.cell_type == "code"]
    assert tags == [["raises-exception"], None]


def test_annotations_become_a_plain_list(lesson):
    read = lesson("# T\n\n" + fence("a = 1  # (1)!\nb = '# (1)!'") + "\n1. A name.\n")
    assert [cell.source for cell in read.cells] == ["# T", "a = 1  # (1)\nb = '# (1)!'", "1. A name."]


def test_what_only_material_knows_is_left_out(lesson):
    text = "# T { #top }\n\n## Part {: .wide data-x='1' }\n\n" + fence("x = 1")
    text += "\n![A](a.png){ width=300 }\n\n`{ #kept }` and {not: this}\n\n"
    text += f'<div class="grid" markdown>\n\nInside.\n\n</div>\n\n{TICKS}text title="t" linenums="1"\n\n\n{{ #kept }}\n!!! kept\n{TICKS}\n'
    text += f"\n!!! warning\n    {TICKS}toml\n    a = 1\n\n    b = 2\n    {TICKS}\n"
    assert prose(lesson(text)) == (
        "# T\n\n## Part\n\n![A](a.png)\n\n`{ #kept }` and {not: this}\n\nInside.\n\n"
        f"{TICKS}text\n\n\n{{ #kept }}\n!!! kept\n{TICKS}\n\n> **Warning**\n>\n> {TICKS}toml\n> a = 1\n> \n> b = 2\n> {TICKS}"
    )


def test_links_hold_outside_of_the_site(lesson, site):
    site.page("# Other\n", "deep/other")
    site.write("docs/a.png", b"")
    text = "# T\n\n" + fence("x = 1") + "\n[o](deep/other.md#part) [h](index.md) [s](#t) [w](https://a.b/c.md 'T')\n"
    text += "[![i](a.png)](a.png) `[c](index.md)` [`c`](index.md)\n\n[ref]: deep/other.md\n"
    home = "https://example.org/course"
    assert prose(lesson(text, PUBLIC)).split("\n\n", 1)[1] == (
        f"[o]({home}/deep/other/#part) [h]({home}/) [s]({home}/lesson/#t) [w](https://a.b/c.md 'T')\n"
        f"[![i]({home}/a.png)]({home}/a.png) `[c](index.md)` [`c`]({home}/)\n\n[ref]: {home}/deep/other/"
    )
    assert "[o](deep/other.md#part)" in prose(lesson(text)), "without the site's address there is nothing to add"


def test_the_same_page_gives_the_same_bytes(lesson, site):
    text = "# T\n\n" + fence("x = {3, 1, 2}") + "\nIt is {{ len(x) }}.\n"
    lesson(text)
    first = (site.root / "site/lesson/lesson.ipynb").read_bytes()
    lesson(text)
    assert (site.root / "site/lesson/lesson.ipynb").read_bytes() == first
    assert b"\r" not in first
    assert len({cell["id"] for cell in json.loads(first)["cells"]}) == 3


def test_pages_without_snippets_the_home_page_and_failed_pages_have_none(site):
    site.page("# Home\n\n" + fence("x = 1"))
    site.page("# Text\n", "text")
    site.page(fence("1 / 0"), "failed")
    assert not list(site.build().site.rglob("*.ipynb"))


def test_without_directory_urls_the_notebook_lies_beside_its_page(site):
    site.config(CONFIG + "use_directory_urls: false\n")
    site.page("# Home\n")
    site.page(fence("x = 1"), "part/lesson")
    assert (site.build().site / "part/lesson.ipynb").is_file()


@pytest.fixture
def project(site):
    site.write("pyproject.toml", PYPROJECT)
    site.write("src/tiny/__init__.py", "answer = 42\n")
    site.config(PUBLIC)
    site.page("# Home\n")
    site.page(fence("x = 1"), "lesson")
    return site


def test_the_site_ships_the_wheel_that_its_notebooks_install(project):
    built = project.build()
    assert built.ok, built.errors
    wheel = built.site / "dist/tiny_course-1.2-py3-none-any.whl"
    assert zipfile.ZipFile(wheel).read("tiny/__init__.py") == b"answer = 42\n"
    first = code(book(built))[0]
    assert "%pip install -q https://example.org/course/dist/tiny_course-1.2-py3-none-any.whl\n" in first

    project.config(CONFIG + "site_url: http://127.0.0.1:8000/\n")
    first = code(book(project.build()))[0]
    assert "%pip install -q ./tiny_course-1.2-py3-none-any.whl\n" in first
    assert "127.0.0.1" not in first and "save tiny_course-1.2-py3-none-any.whl" in first


def test_the_wheel_is_built_again_only_when_its_files_changed(project):
    (kept,) = (project.build().site.parent / ".cache/wheel").glob("*/*.whl")
    stamp, data = kept.stat().st_mtime_ns, kept.read_bytes()
    project.page(fence("x = 2"), "lesson")
    project.build()
    assert kept.stat().st_mtime_ns == stamp

    project.write("src/tiny/__init__.py", "answer = 43\n")
    wheel = project.build().site / "dist/tiny_course-1.2-py3-none-any.whl"
    assert zipfile.ZipFile(wheel).read("tiny/__init__.py") == b"answer = 43\n"
    assert not kept.exists()

    project.write("src/tiny/__init__.py", "answer = 42\n")
    project.build()
    assert kept.read_bytes() == data, "the same files give the same bytes"


def test_a_wheel_that_cannot_be_built_fails_the_build(project):
    project.write("pyproject.toml", PYPROJECT.replace("src/tiny", "src/none").replace('version = "1.2"', ""))
    built = project.build()
    assert not built.ok
    assert "wheel could not be built" in "\n".join(built.errors)


def test_where_a_notebook_opens_online():
    for repo_url in [
        "https://github.com/me/course",
        "https://github.com/me/course/",
        "https://github.com/me/course.git",
    ]:
        offer = TakeAway("a b/c.ipynb", repo_url=repo_url, branch="books")
        assert offer.colab == "https://colab.research.google.com/github/me/course/blob/books/a%20b/c.ipynb"
        assert offer.kaggle == (
            "https://www.kaggle.com/kernels/welcome?src=https://github.com/me/course/blob/books/a%20b/c.ipynb"
        )
    for address in [None, "", "https://gitlab.com/me/course", "https://github.com/me"]:
        assert TakeAway("c.ipynb", repo_url=address, branch="books").colab is None
        assert TakeAway("c.ipynb", repo_url=address, branch="books").kaggle is None
    assert TakeAway("c.ipynb", repo_url="https://github.com/me/course").colab is None


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://example.org/", True),
        ("https://8.8.8.8/", True),
        ("http://127.0.0.1:8000/", False),
        ("http://[::1]:8000/", False),
        ("http://0.0.0.0:8000/", False),
        ("http://192.168.1.2/", False),
        ("http://localhost:8000/", False),
        ("http://box.local/", False),
        ("", False),
        (None, False),
    ],
)
def test_a_public_address(url, public):
    assert is_public(url) is public


def test_a_page_links_its_notebook(project):
    project.config(PUBLIC.replace("[page_runner]", "[page_runner: {notebooks_branch: books}]"))
    links = {link["aria-label"]: link["href"] for link in project.build().page("lesson").select(".take-away a")}
    github = "github.com/me/course/blob/books/lesson/lesson.ipynb"
    assert links == {
        "Download as notebook": "lesson.ipynb",
        "Open in Colab": f"https://colab.research.google.com/{github.replace('.com', '', 1)}",
        "Open in Kaggle": f"https://www.kaggle.com/kernels/welcome?src=https://{github}",
    }
    project.config(PUBLIC.replace("https://example.org/course/", "http://127.0.0.1:8000/"))
    links = {link["aria-label"]: link["href"] for link in project.build().page("lesson").select(".take-away a")}
    wheel = "../dist/tiny_course-1.2-py3-none-any.whl"
    assert links == {"Download as notebook": "lesson.ipynb", "Download its package": wheel}


def test_a_theme_may_have_other_words_for_the_links(project):
    project.write("theme/partials/take-away.html", "Take {{ take_away.path }}.")
    built = project.build()
    assert "Take lesson/lesson.ipynb." in built.page("lesson").get_text()
    assert "Take" not in built.page().get_text()


@pytest.mark.parametrize("options", [(), ("--dirty",)], ids=["plain", "dirty"])
def test_under_serve_it_follows_the_page(site, options):
    def fetch(served: Served) -> str:
        try:
            with urllib.request.urlopen(f"http://{served.address}/lesson/lesson.ipynb", timeout=PATIENCE) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return str(error.code)

    def wait(served: Served, text: str) -> None:
        end = time.monotonic() + PATIENCE
        while text not in (seen := fetch(served)):
            assert time.monotonic() < end, f"{text!r} never came; the notebook reads:\n{seen}"
            time.sleep(0.02)

    site.page("# Home\n")
    site.page(fence("x = 'first'"), "lesson")
    served = Served(site.root, *options)
    try:
        served.wait_for("Home")
        wait(served, "first")
        site.page(fence("1 / 0"), "lesson")
        wait(served, "404")
        site.page(fence("x = 'healed'"), "lesson")
        wait(served, "healed")
    finally:
        served.stop()
