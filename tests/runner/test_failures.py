"""Whatever goes wrong on a page fails that page alone, by page and line: in the build and in the tests alike."""

from __future__ import annotations

import re
import sys

import pytest
from tiny_site import CONFIG, TICKS, fence

from page_runner.check import check_page
from page_runner.page import PageError, parse

TOP = "---\ntime_limit: {limit}\n---\n\n# Title\n\n"  # the first fence opens on line 7, its code begins on line 8
FIRST = 8


def page(code: str, options: str = "", limit: float = 20) -> str:
    return TOP.format(limit=limit) + fence(code, options)


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
FAILURES = {
    "exception": (page("x = 1\n1 / 0"), FIRST + 1, "ZeroDivisionError: division by zero"),
    "exception in a function": (page("def f():\n    return 1 / 0\n\nf()"), FIRST + 1, "ZeroDivisionError"),
    "syntax error": (page("x = 1\ny = = 2"), FIRST + 1, "SyntaxError: invalid syntax"),
    "sys.exit": (page("import sys\nsys.exit(3)"), FIRST + 1, "calls sys.exit(3)"),
    "os._exit": (page("import os\nos._exit(3)"), FIRST, "ended by itself with exit code 3"),
    "keyboard interrupt": (page("raise KeyboardInterrupt"), FIRST, "KeyboardInterrupt"),
    "killed": pytest.param(
        page("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"), FIRST, "was killed by SIGKILL", marks=POSIX
    ),
    "segmentation fault": pytest.param(
        page("import ctypes\nx = 1\nctypes.string_at(0)"), FIRST + 2, "was killed by SIGSEGV", marks=POSIX
    ),
    "endless loop": (page("x = 1\nwhile True: pass", limit=1.5), FIRST + 1, "still ran here after 1.5 seconds"),
    "sleep": (page("import time\ntime.sleep(600)", limit=1.5), FIRST + 1, "still ran here after 1.5 seconds"),
    "loop that catches everything": (
        page("while True:\n    try:\n        print('x' * 9999)\n    except Exception:\n        pass", limit=1),
        None,
        "still ran here after 1 seconds",
    ),
    "flood": (page("while True:\n    print('x' * 9999)"), FIRST + 1, "printed more than 10,000,000 characters"),
    "missing module": (page("import no_such_module"), FIRST, "ModuleNotFoundError: No module named 'no_such_module'"),
    "memory address": (page("x = 1\nobject()"), FIRST, "shows a memory address"),
    "should raise": (page("1", 'raises="ValueError"'), FIRST, "should raise ValueError but raised nothing"),
    "raises another": (page("1 / 0", 'raises="ValueError"'), FIRST, "should raise ValueError but raised ZeroDivisionError"),
    "figure without alt": (page("import matplotlib.pyplot as plt\nplt.plot([1]);"), FIRST, "no alternative text"),
    "alt without figure": (page("x = 1", 'alt="A line."'), FIRST, "draws no figure"),
    "varies without a word": (page("1", 'varies=" "'), FIRST - 1, 'varies="" does not say what the reader will see'),
    "varies and offers a file": (page("1", 'varies="x" download="a.csv"'), FIRST - 1, "that varies can offer no file"),
    "varies, a figure without alt": (
        page("import matplotlib.pyplot as plt\nplt.plot([1]);", 'varies="x"'), FIRST, "no alternative text"
    ),
    "varies, alt without figure": (page("1", 'varies="x" alt="A line."'), FIRST, "draws no figure"),
    "varies and fails": (page("1 / 0", 'varies="x"'), FIRST, "ZeroDivisionError"),
    "unknown name in alt": (
        page("import matplotlib.pyplot as plt\nplt.plot([1]);", 'alt="{{ no }}"'), FIRST - 1, "NameError: name 'no'"
    ),
    "unknown name in prose": (page("x = 1") + "\nIt is {{ y:.2f }}.\n", FIRST + 3, "NameError: name 'y' is not defined"),
    "bad format in prose": (page("x = 'a'") + "\nIt is {{ x:.2f }}.\n", FIRST + 3, "ValueError: Unknown format code"),
    "bad expression in prose": (page("x = 1") + "\nIt is {{ x + }}.\n", FIRST + 3, "SyntaxError"),
    "unclosed fence": (page("x = 1").removesuffix(f"{TICKS}\n"), FIRST - 1, "is never closed"),
    "fence closed by more ticks": (page("x = 1").removesuffix("\n") + "`\n", FIRST - 1, "is never closed"),
    "py": (page("x").replace("python", "py"), FIRST - 1, "shown as Python but not run: write ```python"),
    "Python": (page("x").replace("python", "Python"), FIRST - 1, "shown as Python but not run"),
    "python3": (page("x").replace("python", "python3"), FIRST - 1, "shown as Python but not run"),
    "braces": (page("x").replace("python", "{.python}"), FIRST - 1, "shown as Python but not run"),
    "braces after": (page("x", "{.foo}"), FIRST - 1, "options that cannot be read"),
    "space before the word": (page("x").replace("python", " python"), FIRST - 1, "shown as Python but not run"),
    "tildes": (page("x").replace(TICKS, "~~~"), FIRST - 1, "shown as Python but not run"),
    "four ticks": (page("x").replace(TICKS, "````"), FIRST - 1, "shown as Python but not run"),
    "in a quotation": (TOP.format(limit=9) + f"> {TICKS}python\n> x\n> {TICKS}\n", FIRST - 1, "indent it with spaces alone"),
    "after a tab": (TOP.format(limit=9) + f"- a\n\n\t{TICKS}python\n\tx\n\t{TICKS}\n", FIRST + 1, "indent it with spaces alone"),
    "unknown option": (page("x = 1", 'rises="ValueError"'), FIRST - 1, "rises is no option of a snippet"),
    "unquoted option": (page("x = 1", "title=x"), FIRST - 1, "options that cannot be read"),
    "code indented less than its fence": (
        TOP.format(limit=9) + f"!!! note\n\n    {TICKS}python\nx = 1\n    {TICKS}\n", FIRST + 2, "indented less than its fence"
    ),
    "not UTF-8": (b"# Title\n\ncaf\xe9\n", 3, "byte 0xe9 is not UTF-8"),
    "a number without its last brace": ("# T\n\nIt is {{ 1 + 1 } or {{ 3 }}.\n", 3, "“{{ 1 + 1 }” lacks a brace"),
    "a number without its first brace": ("# T\n\nIt is { 1 + 1 }}, `{ not }}`.\n", 3, "“{ 1 + 1 }}” lacks a brace"),
    "a number over two lines": ("# T\n\nIt is {{ 1 +\n1 .\n", 3, "“{{ 1 +” lacks a brace"),
    "no brace in an alternative text": (
        page("import matplotlib.pyplot as plt\nplt.plot([1]);", 'alt="{{ 1 }"'), FIRST - 1, "“{{ 1 }” lacks a brace"
    ),
    "prose in an unclosed fence": (
        page("x = 1\n").removesuffix(f"{TICKS}\n") + "\nIt has 2 sides.\n\n" + fence("y = 2"),
        FIRST - 1, f"the fence {TICKS}python is never closed: line {FIRST + 2} is no code",
    ),
    "another fence in an unclosed one": (
        "# T\n\n" + f"{TICKS}text\nwords\n\n" + fence("y = 2"), 3, f"{TICKS}text is never closed: on line 6 opens the next"
    ),
    "misspelt language": (page("x").replace("python", "pyhton"), FIRST - 1, "is in no language that is known"),
    "misspelt key": ("---\ntitle: T\ntime_limt: 3\n---\n# T\n", 3, "nothing reads time_limt in the front matter: did you"),
    "draft in words": ("---\ndraft: perhaps\n---\n# T\n", 2, "draft is 'perhaps' but must be true or false"),
    "impossible date": ("---\ndate: 2026-13-01\n---\n# T\n", None, "the front matter is not YAML"),
    "front matter": ("---\na: [1\n---\n# T\n", None, "the front matter is not YAML"),
    "time limit of no seconds": ("---\ntime_limit: 0\n---\n# T\n", 2, "time_limit is 0 but must be a positive number"),
    "time limit in words": ("---\ntime_limit: long\n---\n# T\n", 2, "time_limit is 'long' but must be"),
}  # fmt: skip
CASES = [
    pytest.param(*case.values, id=name, marks=case.marks) if hasattr(case, "values") else pytest.param(*case, id=name)
    for name, case in FAILURES.items()
]


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


SHAPE = (
    "# T\n\nFirst {{ a }}.\n\n"
    + fence("a = 1\nb = a + c", 'fold="The code"')
    + "\n| head |\n|---|\n| {{ b:.2f }} |\n\n"
    + fence("plt.plot([b])", 'title="t.py" alt="A line to {{ b }}."')
    + '\n!!! note "N {{ b }}"\n\n    ' + fence("print(b)").replace("\n", "\n    ").rstrip() + "\n\n## End {{ b }}\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("", "", 3),
        ("{{ a }}", "one", 7),
        ("{{ a }}", "{{ a }", 3),
        ('alt="A', "alt='A", 14),
        ("# T", "# T\n{{ 1 } a", 2),
    ],
)
def test_a_page_keeps_its_shape_below_the_error(site, old, new, line):
    site.page(SHAPE.replace(old, new, 1))
    built = site.build()
    (error, _) = built.errors
    assert error.startswith(f"docs/index.md:{line}: ")
    page = built.page()
    assert len(page.select(".snippet")) == 3 and len(page.select(".page-error")) == 1
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
