"""Typos in lessons of the course, under `mkdocs serve`: each is its page's error, and goes with the next good save."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from builds import settings_without_menu
from project_root import ROOT
from served import Served

TICKS = "```"
ONE, TWO, WORDS = "lessons/how-to-take-a-lesson", "lessons/broadcasting", "glossary"
OTHER = "accessibility"  # a page in which nothing is changed
AGAIN = "-again"  # each lesson lies there three times, so that more typos are tried at once
COPIES = {f"{name}{again}": name for name in (ONE, TWO) for again in ("", AGAIN, 2 * AGAIN)} | {WORDS: WORDS}
TEXTS = {copy: (ROOT / f"docs/{name}.md").read_text("utf-8") for copy, name in COPIES.items()}
(ALT,) = re.findall(r' alt="The average miss.*"$', TEXTS[ONE], re.M)


@dataclass(frozen=True)
class Typo:
    """What is written in place of what; the error's line, by a text that begins on it; what the error says."""

    old: str
    new: str
    at: str
    message: str
    fewer: int = 0  # snippets that the page does not show as such
    top: str = ""  # what is added to the front matter

    def text(self, page: str) -> str:
        """The page with the typo."""
        assert page.count(self.old), self
        return page.replace(self.old, self.new, 1).replace("title: ", self.top + "title: ", 1)

    def line(self, page: str) -> int:
        """The line that the error names."""
        before, found, _ = self.text(page).partition(self.at)
        assert found, self
        return before.count("\n") + 1


TYPOS = {
    ONE: [
        # A misspelt name; a missing bracket, quote and space; a tab too many, which Markdown reads as four spaces.
        Typo("\nmiss(4)\n", "\nmis(4)\n", "mis(4)", "NameError: name 'mis' is not defined"),
        Typo("(predicted - length).abs", "(predicted - length.abs", "return (pre", "SyntaxError: '(' was never closed"),
        Typo('print("torch"', 'print("torch', 'print("torch', "SyntaxError: unterminated string literal"),
        Typo("    predicted =", "   predicted =", "return (pre", "IndentationError: unexpected indent"),
        Typo("    predicted =", "\t\tpredicted =", "return (pre", "IndentationError: unindent does not match"),
        # Numbers that lack a brace.
        Typo("{{ miss(4):.2f }}", "{{ miss(4):.2f }", "If every", "“{{ miss(4):.2f }” lacks a brace"),
        Typo("{{ 2 * torch", "{ 2 * torch", "of cell", "“{ 2 * torch.pi:.2f }}” lacks a brace"),
        # A fence: an unknown option, one without its quote, no end, a misspelt language, no such file to download.
        Typo(f'{TICKS}python raises="No', f'{TICKS}python rises="No', f"{TICKS}python rises", "rises is no option of"),
        Typo('of this chart"\n', "of this chart\n", f'{TICKS}python fold="The code of this ch', "options that cannot be"),
        Typo(f"\nmiss(4)\n{TICKS}\n", "\nmiss(4)\n", f"{TICKS}python\ndef", f"the fence {TICKS}python is never closed"),
        Typo(f"{TICKS}python\ndef", f"{TICKS}pyhton\ndef", f"{TICKS}pyhton", "is in no language that is known", 1),
        Typo(f"{TICKS}python\niris", f'{TICKS}python download="i.csv"\niris', "iris = l", "offers i.csv, but has left"),
        # A figure without a text, a text with a wrong number in it, a wrong slider, an exercise that is not there.
        Typo(ALT, '', "plt.figure", "the figure has no alternative text"),
        Typo("from {{ misses[0]", "from {{ mises[0]", f'{TICKS}python fold="The code of this figure"', "name 'mises'"),
        Typo("slider(0, 8, 0.1, start=4)", "slider(0, 8, 0.1, start=9)", "k=slider", "ValueError: start must lie between"),
        Typo('check("petals", best', 'check("petal", best', 'check("petal"', "petal"),
    ],
    TWO: [
        # Front matter: no YAML, an unknown key, wrong values.
        Typo("title: Br", "title: [Br", "description:", "the front matter is not YAML"),
        Typo("title: Br", "time_limt: 90\ntitle: Br", "time_limt", "nothing reads time_limt in the front matter: did you"),
        Typo("title: Br", "draft: maybe\ntitle: Br", "draft", "draft is 'maybe' but must be true or false"),
        Typo("title: Br", "runs_in: soon\ntitle: Br", "runs_in", "runs_in is 'soon' but must be a whole number"),
        # Questions: no right choice, a wrong tolerance, the same title twice, no reason, an empty choice.
        Typo("- [x] Along", "- [ ] Along", '??? question "What does a stride', "no choice is right: mark one"),
        Typo("± 0.005", "± 0.0005", '??? question "Predictions of shape (n, 1) meet', "allow 0.005 or more"),
        Typo("What does a stride of 0 say about an axis?", "A table has the shape (4, 3). Which shapes fit beside it?",
             '??? question "A table has the shape (4, 3). Which shapes fit beside it?"\n\n    - [ ] The axis', "it is asked twice on this page"),
        Typo("    Line up the last", "Line up the last", '??? question "A table has', "it has no reason"),
        Typo("- [ ] The axis is empty. ", "- [ ] ", '??? question "What does a stride', "a choice is empty"),
        # An exit, an endless loop, a byte that is not UTF-8, another error than was expected, a chart without a text.
        Typo("import textwrap\n", "import sys; sys.exit(1)\n", "import sys", "the snippet calls sys.exit(1)"),
        Typo("import textwrap\n", "while True: pass\n", "while True", "the page still ran here after 0.5 seconds",
             top="time_limit: 0.5\n"),
        Typo("Four customers", "Four \udce9 customers", "Four", "byte 0xe9 is not UTF-8"),
        Typo('raises="RuntimeError"\nbills', 'raises="TypeError"\nbills', "bills / bills.sum(dim=1)\n",
             "the snippet should raise TypeError but raised RuntimeError"),
    ],
    WORDS: [
        Typo('forms="accuracies"', 'forms="architecture"', "Architecture {", "the glossary has 'architecture' under acc"),
        Typo('forms="additive" }', "forms=additive }", "Additive noise", "cannot be read: write Term { #id forms="),
    ],
}  # fmt: skip


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Some pages of the course, under `mkdocs serve` as `make serve` starts it, with what is kept of them."""
    for name in ("docs/assets", "kit", "src", "theme", ".cache/page_runner"):
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for copy, name in {**COPIES, "index": "index", OTHER: OTHER}.items():
        (tmp_path / "docs" / copy).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / f"docs/{name}.md", tmp_path / f"docs/{copy}.md")
    (tmp_path / "mkdocs.yml").write_text(settings_without_menu(), "utf-8")
    served = Served(tmp_path)
    yield served
    served.stop()


@pytest.mark.weekly
def test_each_typo_is_shown_by_page_and_line_and_healed(served):
    before = {name: article(served.wait_for("</html>", name)) for name in COPIES}
    good = {name: Shown(html) for name, html in before.items()}
    assert all(page.errors == [] for page in good.values())
    wrong = []
    shared = dict[str, list[Typo]]()
    for name, typos in TYPOS.items():
        copies = [copy for copy, original in COPIES.items() if original == name]
        shared |= {copy: typos[place :: len(copies)] for place, copy in enumerate(copies)}
    for tried in zip_longest(*shared.values()):
        typed = {name: typo for name, typo in zip(shared, tried, strict=True) if typo}
        for name, typo in typed.items():
            save(served, name, typo.text(TEXTS[name]))
        for name, typo in typed.items():
            shown = Shown(article(served.wait_for('class="page-error"', name)))
            line = f"docs/{name}.md:{typo.line(TEXTS[name])}: "
            wrong += [f"{typo}: {what}" for what in shown.faults(good[name], line, typo)]
        if "Accessibility" not in served.get(OTHER):
            wrong.append(f"{typed}: another page does not answer")
        for name in typed:
            save(served, name, TEXTS[name])
        for name in typed:
            if article(served.wait_for("</html>", name, absent='class="page-error"')) != before[name]:
                wrong.append(f"{typed[name]}: the page is not what it was")
    assert not wrong, "\n".join(wrong)
    assert "An error happened during the rebuild" not in served.logged()

    misspelt = f"{ONE[:-1]}m.md"
    config = served.root / "mkdocs.yml"
    config.write_text(f"{config.read_text('utf-8')}\nnav: [index.md, {misspelt}]\n", "utf-8")
    while f"'{misspelt}' is included in the 'nav' configuration, which is not found" not in served.logged():
        assert article(served.wait_for("</html>", ONE)) == before[ONE]
    assert article(served.wait_for("</html>", TWO)) == before[TWO]


def article(html: str) -> str:
    """A page without what the server adds to it."""
    return html[html.index("<article") : html.index("</article>")]


def save(served: Served, name: str, text: str) -> None:
    (served.root / f"docs/{name}.md").write_text(text, "utf-8", "surrogateescape")


class Shown:
    """What a page shows: its errors, how many snippets, and its text without them."""

    def __init__(self, html: str):
        page = BeautifulSoup(html, "html.parser")
        self.errors = [" ".join(box.extract().get_text().split()) for box in page.select(".page-error")]
        self.snippets = len(page.select(".snippet"))
        for code in page.select("pre, code, .live"):
            code.extract()
        self.text = page.get_text()

    def faults(self, good: Shown, line: str, typo: Typo) -> Iterator[str]:
        """What is not as it should be, beside the page as it should be."""
        if len(self.errors) != 1 or line not in self.errors[0] or typo.message not in self.errors[0]:
            yield f"{line} {typo.message} is not in {self.errors}"
        if self.snippets != good.snippets - typo.fewer:
            yield f"{self.snippets} snippets instead of {good.snippets}"
        yield from (f"{raw} stands in the page" for raw in ("{{", "}}", TICKS, "fold=", "alt=") if raw in self.text)
        if good.text.strip()[-60:] not in self.text:
            yield f"the page does not end as it did: {self.text[-200:]!r}"
