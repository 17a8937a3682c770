"""Whatever goes wrong on a page fails that page alone, by page and line: in the build and in the tests alike."""

from __future__ import annotations

import re

import pytest
from failures import FAILURES, FIRST, page
from tiny_site import CONFIG, fence

from page_runner.__main__ import show
from page_runner.check import check_page
from page_runner.page import PageError, parse

CASES = [pytest.param(*case, id=name) for name, case in FAILURES.items()]


@pytest.mark.parametrize(("text", "line", "message"), CASES)
def test_a_failing_page_fails_alone_by_page_and_line(site, text, line, message):
    path = site.page(text, "bad")
    site.page(fence("print('fine')"))
    built = site.build()
    where = f"docs/bad.md:{line}: " if line else "docs/bad.md:"
    assert not built.ok
    error, summary = built.errors
    assert error.startswith(where) and message in error.split("\n")[0]
    assert summary.startswith("1 page failed: docs/bad.md:")
    assert built.outputs("index") == ["fine"]
    box = built.find(".page-error", "bad").get_text()
    assert where in box and message in box

    with pytest.raises(PageError) as raised:
        check_page(path, site.root)
    assert str(raised.value).startswith(where) and message in raised.value.message


def test_a_traceback_names_the_page_and_leaves_the_runner_out(site):
    site.page(page("def f(x):\n    return 1 / x\n\nf(0)"), "bad")
    (error, _) = site.build().errors
    assert f'File "docs/bad.md", line {FIRST + 1}, in f\n    return 1 / x' in error
    assert f'File "docs/bad.md", line {FIRST + 3}, in <module>' in error
    assert "page_runner" not in error


def test_outputs_before_the_failure_are_shown(site):
    site.page(fence("print('first')") + "\n" + fence("1 / 0") + "\n" + fence("print('never')"))
    built = site.build()
    assert built.outputs() == ["first"]
    assert built.find(".output").find_next("div", class_="page-error")


def lines_of(errors: list[str]) -> list[int]:
    return [int(error.removeprefix("docs/index.md:").partition(":")[0]) for error in errors]


NUMBERS = (
    "# T {{ a }}\n\nOne {{ b }} and {{ 1 / 0 }}, but {{ 1 + 1 }}.\n\n"
    + fence("class C:\n    def __str__(self): raise KeyError('k')\nx = 2")
    + "\n- {{ C() }}\n- {{ x:q }}\n- {{ x }}\n\n{{ object() }}\n\n{{ print(x) }}\n\n{{ exit(3) }}\n"
)
SAID = {
    1: ["NameError: name 'a' is not defined, in {{ a }}"],
    3: ["NameError: name 'b' is not defined, in {{ b }}", "ZeroDivisionError: division by zero, in {{ 1 / 0 }}"],
    7: ["KeyError: 'k', in {{ C() }}"],
    12: ["ValueError: Unknown format code 'q' for object of type 'int', in {{ x:q }}"],
    15: ["the number shows a memory address of object object, which changes with every run: show what it holds"],
    17: ["working the number out prints “2”: a snippet shows that"],
    19: ["the snippet calls sys.exit(3), which would end the page, in {{ exit(3) }}"],
}


@pytest.mark.parametrize("end", ["", fence("1 / 0"), fence("x = 3") + "\n{{ x + y }}\n"])
def test_all_numbers_that_fail_are_said_at_once(site, capsys, end):
    path = site.page(NUMBERS + "\n" + end)
    built = site.build()
    words = [(line, what) for line, said in SAID.items() for what in said]
    lines = [*(line for line, _ in words), *{"": [], fence("1 / 0"): [22]}.get(end, [25])]
    assert lines_of(built.errors[:-1]) == lines
    boxes = [box.get_text() for box in built.page().select(".page-error")]
    for (_, what), error, box in zip(words, built.errors, boxes, strict=False):
        assert what in error and what in box
    assert len(boxes) == len(lines)
    assert built.find("p:not(.page-error *)").get_text() == "One … and …, but 2."
    assert [item.get_text() for item in built.page().select("li")] == ["…", "…", "2"]
    with pytest.raises(PageError) as raised:
        check_page(path, site.root)
    with pytest.raises(PageError) as shown:
        show(path, site.root)
    assert str(shown.value) == str(raised.value)
    assert [line for line in str(shown.value).split("\n") if line.startswith("docs/")] == [
        error.partition("\n")[0] for error in built.errors[:-1]
    ]
    assert "docs/index.md:13 {{ x }} = 2" in capsys.readouterr().out


SHAPE = (
    "# T\n\nFirst {{ a }}.\n\n"
    + fence("a = 1\nb = a + c", 'fold="The code"')
    + "\n| head |\n|---|\n| {{ b:.2f }} |\n\n"
    + fence("plt.plot([b])", 'title="t.py" alt="A line to {{ b }}."')
    + '\n!!! note "N {{ b }}"\n\n    ' + fence("print(b)").replace("\n", "\n    ").rstrip() + "\n\n## End {{ b }}\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("", "", [3, 7]),
        ("{{ a }}", "one", [7]),
        ("{{ a }}", "{{ a }", [3]),
        ('alt="A', "alt='A", [14]),
        ("# T", "# T\n{{ 1 } a", [2]),
    ],
)
def test_a_page_keeps_its_shape_below_the_error(site, old, new, lines):
    site.page(SHAPE.replace(old, new, 1))
    built = site.build()
    assert lines_of(built.errors[:-1]) == lines
    page = built.page()
    assert len(page.select(".snippet")) == 3 and len(page.select(".page-error")) == len(lines)
    assert page.select_one("details summary").get_text() == "The code"
    assert page.select_one("td").get_text() == "…" and page.select_one("h2").get_text() == "End …"
    assert page.select_one(".admonition-title").get_text() == "N …" and page.select_one(".admonition .snippet")
    for code in page.select(".snippet, .page-error"):
        code.extract()
    assert re.findall(r"\{\{|\}\}|`{3}|\w+=", page.get_text()) == []


def test_all_that_is_wrong_with_a_page_that_cannot_be_read_is_said(site):
    site.page("---\ndraft: 1\n---\n# T\n\n{{ 1 }\n\n" + fence("x", "a=b") + "\n" + fence("y", 'foo="1"'))
    built = site.build()
    lines = [int(error.split(":")[1]) for error in built.errors[:-1]]
    assert lines == [2, 6, 8, 12]
    assert built.errors[-1] == "1 page failed: " + ", ".join(f"docs/index.md:{line}" for line in lines)
    boxes = [box.get_text() for box in built.page().select(".page-error")]
    assert [f":{line}: " in box for line, box in zip(lines, boxes, strict=True)] == [True] * 4


@pytest.mark.parametrize(
    "text",
    [
        "x^{y_{i}} and {{a} b}",
        "`{ x }}` and {.class} { #id }",
        "~~~text\n{{ x }\n~~~",
        fence('s = """\n\n```python\n"""\nd = {"a": {"b": 1}}'),
        fence('s = """\n\nIt is so.\n"""'),
        fence('s = """\n\nIt is so.\n"""\n1 = 2'),
        "````text\n```python\nx\n```\n````",
        "---\nauthor: A\nlicence: B\nsocial: {cards: false}\n---\n# T",
    ],
)
def test_what_only_looks_like_a_mistake_is_none(text):
    assert parse(text + "\n", "x.md").errors == ()


BREAKING = """
from markdown import Extension
from markdown.preprocessors import Preprocessor

class Break(Preprocessor):
    def run(self, lines):
        if "break me" in lines:
            raise KeyError("broken")
        return lines

class Breaking(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Break(md), "breaking", 1)

makeExtension = Breaking
"""


def test_whatever_an_extension_raises_is_an_error_of_its_page(site, monkeypatch):
    site.write("breaking.py", BREAKING)
    monkeypatch.syspath_prepend(site.root)
    site.config(CONFIG + "  - breaking\n")
    site.page("# Home\n")
    site.page("# T\n\nbreak me\n", "bad")
    built = site.build()
    assert built.errors[0].startswith("docs/bad.md:1: KeyError: 'broken'") and not built.ok
    assert "breaking.py" in built.find(".page-error", "bad").get_text()
    assert built.find("h1").get_text() == "Home"


def test_every_failing_page_is_named(site):
    site.page(fence("1 / 0"), "a")
    site.page(fence("x = 1\n1 / 0"), "b")
    assert site.build().errors[-1] == "2 pages failed: docs/a.md:2, docs/b.md:3"


def test_a_file_that_is_missing_from_the_page_leaves_no_outputs_kept(site):
    site.page(fence("1 / 0"))
    site.build()
    assert not list((site.root / ".cache/page_runner").glob("*"))


def test_strict_build_is_clean(site):
    site.page(fence("1"))
    assert site.build(strict=True).ok
