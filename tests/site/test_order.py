"""The way through the lessons: nothing is used before it is taught, and each can be finished in a sitting."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from functools import cache

import pytest
import yaml
from project_root import ROOT

from page_runner.front_matter import FRONT_MATTER
from page_runner.page import read_page
from page_runner.times import minutes, words

DOCS = ROOT / "docs"
MENU = (ROOT / "mkdocs.yml").read_text("utf-8")
LESSONS = re.findall(r": (lessons/[a-z0-9-]+\.md)$", MENU, re.M)
SITTINGS = LESSONS[: LESSONS.index("lessons/the-passengers.md")]  # Parts I and II
WORDS = 2250  # of prose, folded prose included, that fit a sitting
INTRODUCED: dict[str, str] = yaml.safe_load((ROOT / "tests/introduced.yml").read_text("utf-8"))
# Whatever snippets use of these has its place in introduced.yml.
LISTED = (
    "torch.amp", "torch.autocast", "torch.autograd", "torch.compile", "torch.export", "torch.func", "torch.nn",
    "torch.optim", "torch.profiler", "torch.utils.data",
)  # fmt: skip
MODULES = {  # in which the names are, and names that stand for a setting
    "torch.autograd.functional", "torch.autograd.graph", "torch.nn.functional", "torch.nn.utils", "torch.optim.lr_scheduler",
    "torch.profiler.ProfilerActivity", "torch.profiler.ProfilerActivity.CPU", "torch.profiler.ProfilerActivity.CUDA",
    *LISTED,
}  # fmt: skip
METHODS = {"backward", "requires_grad_", "zero_grad", "load_state_dict", "state_dict", "eval"}


@cache
def used(lesson: str) -> dict[str, int]:
    """What a lesson's snippets use, by its full name, with the line of the first use."""
    names: dict[str, int] = {}
    aliases: dict[str, str] = {}
    for snippet in read_page(DOCS / lesson, ROOT).snippets:
        try:
            tree = ast.parse(snippet.source)
        except SyntaxError:
            continue  # it shows one
        for node in ast.walk(tree):
            for name in names_in(node, aliases):
                names.setdefault(name, snippet.line + getattr(node, "lineno", 1) - 1)
    return names


def names_in(node: ast.AST, aliases: dict[str, str]) -> Iterator[str]:
    """The full names that a piece of code uses; what it imports is added to the aliases."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            aliases[alias.asname or top] = alias.name if alias.asname else top
    elif isinstance(node, ast.ImportFrom):
        aliases |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    elif isinstance(node, ast.keyword) and node.arg:
        yield f"{node.arg}="
    elif isinstance(node, ast.Name) and node.id in aliases:
        yield aliases[node.id]
    elif isinstance(node, ast.Attribute):
        if node.attr in METHODS:
            yield f".{node.attr}"
        parts, below = [node.attr], node.value
        while isinstance(below, ast.Attribute):
            parts, below = [below.attr, *parts], below.value
        if isinstance(below, ast.Name) and below.id in aliases:
            yield ".".join([aliases[below.id], *parts])


def test_all_that_needs_a_lesson_is_listed():
    unlisted = {
        name: f"{lesson}:{line}"
        for lesson in LESSONS
        for name, line in used(lesson).items()
        if name.startswith(LISTED) and name not in INTRODUCED and name not in MODULES
    }
    assert unlisted == {}, "name the section that introduces it in tests/introduced.yml"
    everything = set().union(*(used(lesson) for lesson in LESSONS))
    assert INTRODUCED.keys() <= everything, "no lesson uses it: take it out"


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_is_used_before_it_is_taught_unless_a_link_leads_to_its_meaning(lesson: str):
    text = (DOCS / lesson).read_text("utf-8")
    early = []
    for name, line in used(lesson).items():
        taught, _, section = INTRODUCED.get(name, "").partition("#")
        if taught and LESSONS.index(taught) > LESSONS.index(lesson):
            link = rf"\]\({re.escape(taught.removeprefix('lessons/'))}#{re.escape(section)}[)\s]"
            if not re.search(link, text):
                early.append(f"{lesson}:{line} uses {name}, which {INTRODUCED[name]} introduces: link there")
    assert early == []


@pytest.mark.parametrize("place", sorted(set(INTRODUCED.values())))
def test_what_introduces_something_names_it(place: str):
    page, _, section = place.partition("#")
    text = (DOCS / page).read_text("utf-8")
    for name in (name for name, where in INTRODUCED.items() if where == place):
        short = name.strip("=").rpartition(".")[2]
        assert re.search(rf"\b{re.escape(short)}\b", text), f"{place} does not name {name}"
    assert section, f"{place}: name the section, too"


@pytest.mark.parametrize("lesson", SITTINGS)
def test_a_lesson_fits_a_sitting(lesson: str):
    assert words_in((DOCS / lesson).read_text("utf-8")) <= WORDS, "make two lessons of it: one idea a page"


def words_in(text: str) -> int:
    """How many words of prose a page has, those in folds included."""
    prose = FRONT_MATTER.sub("", text)
    prose = re.sub(r"^( *)(`{3,}|~{3,}).*?^\1\2 *$|<!--.*?-->", "", prose, flags=re.M | re.S)
    prose = re.sub(r"\{\{.*?\}\}", "1", re.sub(r"\]\([^)]*\)", "]", prose))
    return len(re.findall(r"[A-Za-z0-9’']+(?:[-.,][A-Za-z0-9]+)*", prose))


def test_words_are_counted_as_a_reader_counts():
    page = """\
        ---
        title: One two
        ---
        # Three four

        A [link](lessons/long-address.md#section) of *two* words, and {{ 'a long' * number }} is one.

        ??? question "Five?"

            - [x] Yes, folded.

            ```python
            this is not = counted
            ```
        """
    assert words_in(textwrap.dedent(page)) == len(
        [
            "Three",
            "four",
            "A",
            "link",
            "of",
            "two",
            "words",
            "and",
            "x",
            "is",
            "one",
            "question",
            "Five",
            "x",
            "Yes",
            "folded",
        ]
    )


def test_the_first_page_says_how_long_most_lessons_take():
    said = re.search(r"Most lessons take (\d+) to (\d+) minutes to read", (DOCS / "index.md").read_text("utf-8"))
    assert said
    texts = [FRONT_MATTER.sub("", (DOCS / lesson).read_text("utf-8")) for lesson in LESSONS]
    spent = [minutes(words(text)) for text in texts]
    fast, slow = map(int, said.groups())
    assert sum(fast <= each <= slow for each in spent) / len(spent) > 2 / 3
