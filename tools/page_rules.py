"""What a page of the course must have, one function for each rule.

`make check PAGE=…` shows what they find, and tests/tools/test_page_rules.py holds every page of the course to them. A
rule reads the page and gives its faults. What needs the page's program to run, or its Markdown rendered, is in
tools/check_page.py.
"""

from __future__ import annotations

import ast
import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from page_runner.fences import passages
from page_runner.front_matter import FRONT_MATTER, FrontMatter, read_front_matter
from page_runner.numbers import filled
from page_runner.page import Page, Snippet, survey_page
from page_runner.syntax import parsed
from page_runner.times import runs_in
from questions.question import QuestionError, read_list

ROOT = Path(__file__).resolve().parent.parent
LESSON = re.compile(r"docs/lessons/[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.md")
HEADING = re.compile(r"(?P<signs>#{1,6}) +(?P<text>.*?)(?: +\{[^}]*\})? *$")
# Every lesson has these sections, in this order; between and before them it may have others.
LAST = ("Break it", "Exercises", "Repeat it on other data", "Questions to recall")
EXERCISES, QUESTIONS = 3, 4  # so many or more in a lesson
FOLD = '??? success "Solution"'
ASKED = re.compile(r'(?P<indent> *)\?\?\?\+? question(?: "(?P<title>.*)")? *$')
# Rounded to a whole number. Where a fraction is rounded, the question's own reader asks for a tolerance wide enough.
ROUNDED = re.compile(r"\[=\] \{\{ *(?P<value>.+):,?\.0f *\}\}(?: ± (?P<tolerance>\S+))?$", re.M)
# Text that was UTF-8, was read as Windows-1252 or Latin-1, and was saved again, as “é” that has become “Ã©”.
BROKEN = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]{1,3}")


@dataclass(frozen=True, order=True)
class Fault:
    """Something wrong on a page: the line, what is wrong, and what would be right."""

    line: int
    what: str
    later: bool = False  # a page with `draft: true` need not have it yet


@dataclass(frozen=True)
class Question:
    """A question of a page: its line, its words, and its fold's text, without the indentation."""

    line: int
    title: str
    body: str

    @property
    def items(self) -> list[tuple[int, str]]:
        """The items of the list that it begins with, and their lines."""
        listed = re.match(r"\n*(?:[-*+] .*\n(?: +\S.*\n|\n(?=[-*+] |  ))*)*", self.body)
        text = listed[0] if listed else ""
        found = re.finditer(r"^[-*+] +(.*(?:\n+ +\S.*)*)", text, re.M)
        return [(self.line + 1 + text[: match.start()].count("\n"), match[1].strip()) for match in found]


@dataclass(frozen=True)
class Lesson:
    """A page as the rules see it."""

    root: Path
    name: str  # such as docs/lessons/gradient-descent.md
    text: str
    page: Page

    @cached_property
    def lines(self) -> list[str]:
        """The page's lines."""
        return self.text.split("\n")

    @cached_property
    def front(self) -> FrontMatter:
        """The front matter."""
        return read_front_matter(self.text)

    @property
    def meta(self) -> dict[str, Any]:
        """What stands in the front matter."""
        return self.front.values

    @property
    def draft(self) -> bool:
        """Whether the page says that it is half written."""
        return self.meta.get("draft") is True

    @cached_property
    def module(self) -> str:
        """What the files of a lesson's judges and answers are called; empty for other pages."""
        return Path(self.name).stem.replace("-", "_") if LESSON.fullmatch(self.name) else ""

    def line(self, words: str) -> int:
        """The first line that has these words, or 1."""
        return next((number for number, line in enumerate(self.lines, 1) if words in line), 1)

    @cached_property
    def prose(self) -> list[tuple[int, str]]:
        """The lines outside of fences and front matter, with their numbers."""
        front = FRONT_MATTER.match(self.text)
        above = front[0].count("\n") if front else 0
        below = self.lines[above:]
        return [(above + first, below[first - 1]) for first, _, fence in passages(below) if not fence]

    @cached_property
    def headings(self) -> list[tuple[int, int, str]]:
        """The line, the level and the words of every heading."""
        found = [(number, HEADING.match(line)) for number, line in self.prose]
        return [(number, len(match["signs"]), match["text"]) for number, match in found if match]

    def section(self, title: str) -> tuple[int, int] | None:
        """The line of a section's heading and the first line after the section."""
        starts = [line for line, level, text in self.headings if level <= 2]
        for line, level, text in self.headings:
            if (level, text) == (2, title):
                return line, next((start for start in starts if start > line), len(self.lines) + 1)
        return None

    @cached_property
    def starters(self) -> dict[str, Snippet]:
        """The snippets that show an exercise's hint, by the exercise."""
        found = (snippet for snippet in self.page.snippets if snippet.options.get("raises") == "NotYet")
        return {name: snippet for snippet in found for name in checked(snippet)}

    @cached_property
    def solutions(self) -> dict[str, Snippet]:
        """The snippets that solve an exercise, by the exercise."""
        found = (snippet for snippet in self.page.snippets if "raises" not in snippet.options)
        return {name: snippet for snippet in found for name in checked(snippet)}

    @property
    def recalled(self) -> list[Question]:
        """The questions of the last section, which mark themselves."""
        begin, end = self.section("Questions to recall") or (0, 0)
        return [question for question in self.questions if begin < question.line < end]

    @cached_property
    def questions(self) -> list[Question]:
        """The page's questions."""
        found = []
        for number, line in self.prose:
            if match := ASKED.match(line):
                inside, end = match["indent"] + "    ", number
                while end < len(self.lines) and (self.lines[end].startswith(inside) or not self.lines[end].strip()):
                    end += 1
                body = [text.removeprefix(inside).rstrip() for text in self.lines[number:end]]
                found.append(Question(number, match["title"] or "", "\n".join(body).rstrip() + "\n"))
        return found


def read(path: Path, root: Path = ROOT) -> Lesson:
    """A page as the rules see it; where part of it cannot be read, all the rest.

    Args:
        path: the Markdown file.
        root: the project's folder.

    Returns:
        The page.
    """
    page = survey_page(path, root)
    return Lesson(root, page.name, page.text, page)


def checked(snippet: Snippet) -> list[str]:
    """The exercises that a snippet checks."""
    try:
        tree = parsed(snippet.source)
    except SyntaxError:  # the run says so
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    names = [call.args[0] for call in calls if call.func.id == "check" and call.args]  # type: ignore[attr-defined]
    return [name.value for name in names if isinstance(name, ast.Constant) and isinstance(name.value, str)]


# The rules for every page.


def readable(lesson: Lesson) -> Iterator[Fault]:
    """The front matter, the fences and the numbers can be read."""
    yield from (Fault(error.line, error.message) for error in lesson.page.errors)


def reasons(lesson: Lesson) -> Iterator[Fault]:
    """A reason for each piece of Python that is shown and not run."""
    for snippet in lesson.page.shown:
        if ":" not in snippet.options["run"]:
            yield Fault(snippet.line - 1, 'the page does not say why this is not run: write run="no: the reason"')


def front_matter(lesson: Lesson) -> Iterator[Fault]:
    """A title and a description of its own, and a promise of time that can be kept."""
    if any("not YAML" in what for _, what in lesson.front.errors):
        return
    for key in ("title", "description") if lesson.module else ():
        if not str(lesson.meta.get(key) or "").strip():
            yield Fault(1, f"the front matter has no {key}: write `{key}: …` between two lines of --- at the top")
    for key in ("title", "description"):
        if value := lesson.meta.get(key):
            for other in sorted((lesson.root / "docs").rglob("*.md")):
                at = other.relative_to(lesson.root).as_posix()
                if at != lesson.name and read_meta(other).get(key) == value:
                    yield Fault(lesson.front.lines[key], f"{at} has the same {key}: give this page its own")
    try:
        runs_in(lesson.meta)
    except ValueError as error:
        yield Fault(lesson.front.lines["runs_in"], str(error))


def read_meta(path: Path) -> dict[str, Any]:
    """The front matter of another page; empty where there is none that can be read."""
    return read_front_matter(path.read_text("utf-8", errors="replace")).values


def one_title(lesson: Lesson) -> Iterator[Fault]:
    """One heading of the first level, which is the title."""
    titles = [(line, text) for line, level, text in lesson.headings if level == 1]
    if lesson.name == "docs/index.md":
        return
    if not titles:
        yield Fault(1, "the page has no heading of the first level: write `# ` and its title above the text")
    for line, _ in titles[1:]:
        yield Fault(line, "a second heading of the first level: begin sections with `## `")
    title = lesson.meta.get("title")
    if titles and title and titles[0][1] != title:
        yield Fault(titles[0][0], f"the heading is “{titles[0][1]}” and the title “{title}”: make them the same")


def sound_text(lesson: Lesson) -> Iterator[Fault]:
    """No letters that were read in another encoding and saved again."""
    for number, line in enumerate(lesson.lines, 1):
        for found in broken(line):
            yield Fault(number, f"{found!r} is text of another encoding: write the letter anew, and save as UTF-8")


def broken(text: str) -> list[str]:
    """What of a text was UTF-8 and was read as something else."""
    found = ["\ufffd"] if "\ufffd" in text else []
    for match in BROKEN.finditer(text):
        for encoding in ("cp1252", "latin-1"):
            try:
                match[0].encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
            found.append(match[0])
            break
    return found


def formatted(lesson: Lesson) -> Iterator[Fault]:
    """Code as `ruff format` writes it, 68 characters wide."""
    command = [sys.executable, "-m", "ruff", "format", "--diff", "--quiet", str(lesson.root / lesson.name)]
    run = subprocess.run(command, cwd=lesson.root, capture_output=True, text=True, encoding="utf-8")
    for line, wanted in changes(run.stdout):
        like = f"`{wanted[0].strip()}`" + " …" * (len(wanted) > 1) if wanted else "without this"
        yield Fault(line, f"`ruff format` writes it so: {like}; `ruff format {lesson.name}` does it for you")


def changes(diff: str) -> Iterator[tuple[int, list[str]]]:
    """The first line of every change in a unified diff, and the lines that are to stand there."""
    line, at, wanted = 0, 0, []
    for text in [*diff.splitlines(), " "]:
        if match := re.match(r"@@ -(\d+)", text):
            line = int(match[1])
        elif text.startswith(("---", "+++")) or not line:
            continue
        elif text.startswith("-"):
            at, line = at or line, line + 1
        elif text.startswith("+"):
            at = at or line
            wanted.append(text[1:])
        else:
            if at:
                yield at, wanted
            at, wanted, line = 0, [], line + 1


# The rules for lessons.


def menu(lesson: Lesson) -> Iterator[Fault]:
    """A name of the right form, and a place in the menu."""
    name = lesson.name.removeprefix("docs/lessons/")
    if not LESSON.fullmatch(lesson.name):
        yield Fault(1, f"{name} is no lesson's name: write small letters and hyphens, as in gradient-descent.md")
        return
    if not re.search(rf": lessons/{re.escape(name)}$", (lesson.root / "mkdocs.yml").read_text("utf-8"), re.M):
        title = lesson.meta.get("title", "…")
        yield Fault(1, f"the page is not in the menu: write `- {title}: lessons/{name}` under `nav` in mkdocs.yml")


def sections(lesson: Lesson) -> Iterator[Fault]:
    """The sections that every lesson has."""
    before = 0
    for title in LAST:
        lines = [line for line, level, text in lesson.headings if (level, text) == (2, title)]
        if not lines:
            yield Fault(len(lesson.lines), f"there is no section `## {title}`: a lesson ends with one", later=True)
            continue
        for line in lines[1:]:
            yield Fault(line, f"a second section `## {title}`: join it with the first, on line {lines[0]}")
        if lines[0] < before:
            yield Fault(lines[0], f"`## {title}` comes too early: the order is {', '.join(LAST)}")
        before = max(before, lines[0])
    ends = [line for line, level, text in lesson.headings if level == 2 and text not in LAST]
    questions = lesson.section(LAST[-1])
    if questions and (after := next((line for line in ends if line > questions[0]), None)):
        yield Fault(after, f"a section stands after `## {LAST[-1]}`, which is to be the last one: move it up")


def exercises(lesson: Lesson) -> Iterator[Fault]:
    """Exercises enough, each with a starter and, below it, a folded solution; one of them on other data."""
    started, solved = lesson.starters, lesson.solutions
    section = lesson.section("Exercises")
    if len(started) < EXERCISES:
        yield Fault(
            section[0] if section else len(lesson.lines),
            f"{len(started)} exercises check themselves: a lesson has {EXERCISES} or more, each with a starter in a "
            'fence with raises="NotYet" that ends in check("name", answer), and a folded solution',
            later=True,
        )
    for name, snippet in started.items():
        if name not in solved:
            yield Fault(snippet.line, f"the exercise {name} has no solution: write one below, in {FOLD}")
        elif solved[name].line < snippet.line:
            yield Fault(solved[name].line, f"the solution of {name} stands before its starter: move it below")
    for name, snippet in solved.items():
        if name not in started:
            yield Fault(snippet.line, f'the exercise {name} has no starter: write one above, with raises="NotYet"')
        elif not folded(lesson, snippet):
            yield Fault(snippet.line, f"the solution of {name} is not folded away: indent it under {FOLD}")
    other = lesson.section("Repeat it on other data")
    if other and not any(other[0] < snippet.line < other[1] for snippet in started.values()):
        yield Fault(other[0], "no exercise repeats the lesson on other data: write one in this section", later=True)


def folded(lesson: Lesson, snippet: Snippet) -> bool:
    """Whether a snippet stands in a fold that is called Solution."""
    above = lesson.lines[: snippet.line - 1]
    starts = [i for i, line in enumerate(above) if line.startswith(FOLD)]
    return bool(starts) and all(line.startswith("    ") for line in above[starts[-1] + 1 :] if line.strip())


def judges(lesson: Lesson) -> Iterator[Fault]:
    """A judge for each exercise, in the lesson's own file and in the index, and no judge without its exercise."""
    folder = "src/foundations/exercises"
    name, index = f"{folder}/{lesson.module}.py", f"{folder}/index.py"
    found = judges_in(lesson.root / name)
    listed = index_of(lesson.root / index).get(lesson.module, ())
    for exercise, snippet in lesson.starters.items():
        if exercise not in found:
            yield Fault(snippet.line, f"the exercise {exercise} has no judge: write `def {exercise}` in {name}")
        if exercise not in listed:
            entry = f'"{lesson.module}": ("{exercise}", …)'
            yield Fault(snippet.line, f"{index} does not name the exercise {exercise}: write {entry} there")
    for where, exercises in ((name, found), (index, listed)):
        for exercise in exercises:
            if exercise not in lesson.starters:
                what = f"{where} has {exercise}, and no exercise here asks for it: write one or take it out"
                yield Fault(len(lesson.lines), what)


def index_of(path: Path) -> dict[str, tuple[str, ...]]:
    """The exercises of each lesson, as the index says; nothing where it cannot be read."""
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        for node in parsed(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "JUDGES":
                found: dict[str, tuple[str, ...]] = ast.literal_eval(node.value)
                return found
    return {}


def judges_in(path: Path) -> list[str]:
    """The exercises that a file has judges for."""
    try:
        tree = parsed(path.read_text("utf-8"))
    except (OSError, SyntaxError):
        return []
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    marked = [node for node in functions if "exercise" in [getattr(mark, "id", "") for mark in node.decorator_list]]
    return [node.name for node in marked]


def questions(lesson: Lesson) -> Iterator[Fault]:
    """Questions enough, that mark themselves."""
    section = lesson.section("Questions to recall")
    asked = lesson.recalled
    if section and len(asked) < QUESTIONS:
        yield Fault(
            section[0],
            f"{len(asked)} questions: a lesson ends with {QUESTIONS} or more",
            later=True,
        )
    for at, text in lesson.prose:
        fold = text.strip().startswith(("???", "!!!"))
        if fold and section and section[0] < at < section[1] and not ASKED.match(text):
            yield Fault(at, f'`{text.strip()}` is no question: write ??? question "What …?"')
    titles = [each.title for each in asked]
    right: list[int] = []
    for number, each in enumerate(asked):
        if each.title in titles[:number]:
            yield Fault(each.line, f"the question “{each.title}” is asked twice: ask something else")
        if "```" in each.body:
            yield Fault(each.line, "a question holds a code block, which its notebook cannot fold: move it above")
        if not re.match(r"\n*[-*+] +\[.?\]", each.body):
            yield Fault(each.line, "the question begins with no list of - [ ], [x] or [=]: write its answers first")
            continue
        for line, item in each.items:
            value = item[3:].partition("±")[0].strip()
            if item.startswith("[=]") and filled(value, lambda _: "") and not re.fullmatch(r"[-−]?\d[\d,]*", value):
                yield Fault(line, f"the number {value} is typed: let the page compute it, as {{{{ … }}}}")
        try:
            choices = read_list([filled(item, lambda _: "1") for _, item in each.items])
        except QuestionError:  # said where the question is rendered
            continue
        if isinstance(choices, list) and sum(choice.right for choice in choices) == 1:
            right.append(next(place for place, choice in enumerate(choices) if choice.right))
    if len(right) > 2 and len(set(right)) == 1 and section:
        yield Fault(
            section[0], f"the right choice is always number {right[0] + 1}: put it in another place in some questions"
        )


def curriculum(lesson: Lesson) -> Iterator[Fault]:
    """At least one topic of the course that the lesson teaches."""
    at = lesson.name.removeprefix("docs/")
    if at not in (lesson.root / "tests/curriculum.yml").read_text("utf-8"):
        yield Fault(
            1, f"no topic in tests/curriculum.yml names this lesson: add `topic: [{at}#section]` there", later=True
        )


def errata(lesson: Lesson) -> Iterator[Fault]:
    """A section that is named for an erratum leads to it."""
    for number, level, _ in lesson.headings:
        match = re.search(r"\{ *#m(\d\d) *\}", lesson.lines[number - 1])
        if not match:
            continue
        after = [line for line, other, _ in lesson.headings if line > number and other <= level]
        end = min(after, default=len(lesson.lines) + 1)
        link = f"[M{int(match[1])}](../errata.md#m{int(match[1])})"
        if link not in "\n".join(lesson.lines[number:end]):
            yield Fault(number, f"the section #m{match[1]} does not lead to its erratum: write {link} in it")


Rule = Callable[[Lesson], Iterator[Fault]]
EVERY_PAGE: tuple[Rule, ...] = (readable, reasons, front_matter, one_title, sound_text, formatted)
EVERY_LESSON: tuple[Rule, ...] = (menu, sections, exercises, judges, questions, curriculum, errata)


def faults(lesson: Lesson) -> list[Fault]:
    """All that the rules find on a page, in the order of its lines."""
    rules = [*EVERY_PAGE, *(EVERY_LESSON if lesson.name.startswith("docs/lessons/") else ())]
    return sorted(fault for rule in rules for fault in rule(lesson))
