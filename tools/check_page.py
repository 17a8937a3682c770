"""All that is wrong with a page, one line a fault, in the order of its lines.

Usage:
    make check PAGE=docs/lessons/gradient-descent.md

It runs the page, with either list of passengers where it asks for one, its exercises' answers and its questions; it
follows the links; and it applies the rules of tools/page_rules.py.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import contextlib
import difflib
import importlib
import io
import logging
import os
import re
import runpy
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mktestdocs
from markdown import Markdown

from page_rules import ROOT, ROUNDED, Fault, Lesson, faults, read
from page_runner.check import TICKS, plain_fences
from page_runner.console import write_utf8
from page_runner.extension import set_number
from page_runner.names import names as scope
from page_runner.numbers import as_program, in_words
from page_runner.page import Number, PageError, Snippet
from page_runner.process import PageProcess
from page_runner.program import Output
from page_runner.syntax import parsed
from page_runner.times import runs_in
from questions.question import QuestionError

Values = dict[str, str]  # of environment variables
PICTURE = re.compile(r'role="img" aria-label="([^"]*)"')
UNKNOWN = "zz0zz"  # stands for a number that is not worked out, where an address may depend on it


@dataclass
class Run:
    """What one run of a page gave: its faults, what each item gave, by its number, and the seconds it took."""

    faults: list[Fault] = field(default_factory=list)
    outputs: dict[int, Output | str] = field(default_factory=dict)
    seconds: float = 0.0


def check(path: Path, root: Path = ROOT) -> tuple[Lesson, list[Fault], float]:
    """Everything that is wrong with a page.

    Args:
        path: the Markdown file.
        root: the project's folder.

    Returns:
        The page, its faults in the order of its lines, and the seconds that its code took.
    """
    lesson = read(path, root)
    with ThreadPoolExecutor() as pool:
        waiting = pool.map(lambda values: run(lesson, values), variants(lesson))
        found = [*faults(lesson), *answers(lesson)]
        runs = list(waiting)
    found += [*merged(lesson, runs), *rendered(lesson, runs[0].outputs)]
    return lesson, sorted(set(found)), max(each.seconds for each in runs)


# Running the page.


def variants(lesson: Lesson) -> list[Values]:
    """The environments in which a page must be right."""
    data = importlib.import_module("passenger_list")  # from tests/helpers/
    found: list[Values] = [{}]
    if "titanic(" in lesson.text:
        found = [{"FOUNDATIONS_TITANIC": "passengers"}] * data.HAS_LIST + [{"FOUNDATIONS_TITANIC": "simulated"}]
    if "timm_tables(" in lesson.text:
        found = [*(found if data.HAS_TABLES else []), {**found[0], "FOUNDATIONS_TIMM": "absent"}]
    return found


def merged(lesson: Lesson, runs: list[Run]) -> Iterator[Fault]:
    """The faults of all runs, each once; those of some runs alone say of which."""
    everywhere = set.intersection(*(set(each.faults) for each in runs))
    yield from everywhere
    for values, each in zip(variants(lesson), runs, strict=True):
        with_what = " and ".join(f"{name}={value}" for name, value in values.items())
        yield from (Fault(one.line, f"{one.what} (with {with_what})") for one in each.faults if one not in everywhere)


def run(lesson: Lesson, values: Values) -> Run:
    """Run a page in an environment, past what fails.

    What uses a name that a failed snippet should have made is passed over, and counted.
    """
    done, lost, known, passed = Run(), set[str](), set(dir(builtins)), list[Snippet | Number]()
    page = lesson.page
    if not page.items:
        return done
    done.faults += skipped_by_mktestdocs(lesson)
    with PageProcess(page, lesson.root) as process:
        process.run(Snippet(f"__import__('os').environ.update({values!r})\n", 1))
        for index, item in enumerate(page.items):
            made, used = names(item, known)
            if used & lost:
                passed.append(item)
                lost |= made
                continue
            try:
                done.outputs[index] = process.run(item)
                done.faults += refused(lesson, item, done.outputs[index], process)
                lost -= made
                known |= made
            except PageError as error:
                lost |= made - made_before(item, error.line)
                missing = re.match(r"NameError: name '(\w+)'", error.message)
                if missing and missing[1] in lost - made:
                    passed.append(item)  # by way of a function
                elif getattr(item, "closed", True):
                    done.faults.append(Fault(error.line, " ".join(error.message.split())))
                if not process.process.is_alive() or "still ran here" in error.message:
                    passed += page.items[index + 1 :]
                    break
        else:
            done.seconds = float(str(process.run(Number("__import__('time').process_time()", 1, 0, 0))))
    if passed:
        count = f"{len(passed)} snippets or numbers" if len(passed) > 1 else "a snippet or number"
        done.faults.append(Fault(passed[0].line, f"{count} from here on need what failed above: check again then"))
    with contextlib.suppress(ValueError):  # a rule says what is wrong with it
        if done.seconds >= (promised := runs_in(lesson.meta)):
            what = f"the code takes {done.seconds:.0f} seconds, and the page promises under {promised}"
            more = f"{round(2 * done.seconds, -1):.0f}"
            mend = f"speed it up, or say `runs_in: {more}` in the front matter"
            done.faults.append(Fault(lesson.front.lines.get("runs_in", 1), f"{what}: {mend}"))
    return done


def skipped_by_mktestdocs(lesson: Lesson) -> Iterator[Fault]:
    """Snippets that mktestdocs, which runs them as tests, reads differently."""
    if lesson.page.errors:
        return  # they say more
    seen = [code.replace(TICKS, "```") for code in mktestdocs.grab_code_blocks(plain_fences(lesson.page), "python")]
    shown = [snippet.source for snippet in lesson.page.snippets]
    if seen != shown:
        at = next((i for i, pair in enumerate(zip(seen, shown, strict=False)) if pair[0] != pair[1]), -1)
        yield Fault(lesson.page.snippets[at].line, "mktestdocs reads this snippet differently: write a plain fence")


def names(item: Snippet | Number, known: set[str]) -> tuple[set[str], set[str]]:
    """The names that an item of a page makes, and those that must be there before; broken code makes all new ones."""
    numbers = [] if isinstance(item, Number) else in_words(item.options)
    written = [item.expression] if isinstance(item, Number) else [number.written for number in numbers]
    made, needed = set[str](), set[str]()
    if isinstance(item, Snippet):
        try:
            statements = parsed(item.source).body
        except SyntaxError:
            return set(re.findall(r"[^\W\d]\w*", item.source)) - known, needed
        for statement in statements:
            makes, uses = scope(ast.unparse(statement))
            if isinstance(statement, ast.AugAssign):
                uses |= makes
            elif not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):  # a loop's variable, a function
                uses -= makes
            needed |= uses - made
            made |= makes
    for expression in written:
        with contextlib.suppress(SyntaxError):
            needed |= scope(as_program(expression))[1] - made
    return made, needed


def made_before(item: Snippet | Number, line: int) -> set[str]:
    """The names that a snippet had made when it failed on a line of it."""
    found = set[str]()
    if isinstance(item, Number) or not item.line <= line < item.end:
        return found
    with contextlib.suppress(SyntaxError):
        for statement in parsed(item.source).body:
            names = scope(ast.unparse(statement))[0]
            ran = item.line - 1 + (statement.end_lineno or 0) < line
            found = found | names if ran else found - names
    return found


def refused(lesson: Lesson, item: Snippet | Number, output: Output | str, process: PageProcess) -> Iterator[Fault]:
    """What is wrong with what an item gave, though it ran."""
    if isinstance(item, Snippet):
        assert isinstance(output, Output)
        labels = [output.alt] * bool(output.figures) + [
            found for one in output.markup for found in PICTURE.findall(one)
        ]
        for label in labels:
            if len(label.split()) < 4:
                yield Fault(item.line, f"the alternative text “{label}” is short: say what one sees, in a sentence")
    elif match := ROUNDED.search(lesson.lines[item.line - 1]):
        value, near = match["value"], match["tolerance"] or 0
        within_reach = f"abs(({value}) - round(float({value}))) <= {near}"
        if "False" in str(process.run(Number(within_reach, item.line, 0, 0))):
            yield Fault(item.line, f"± {near} turns away the number that {output} was rounded from: allow 0.5 or more")


# Its exercises' answers.


def answers(lesson: Lesson) -> Iterator[Fault]:
    """Exercises whose right answers do not pass, or whose typical mistakes do not get their hints."""
    if not lesson.module or not lesson.starters:
        return
    first = next(iter(lesson.starters.values())).line
    name = f"tests/foundations/exercises/answers/{lesson.module}.py"
    if not (lesson.root / name).is_file():
        yield Fault(first, f"there is no {name}: write it, with right and typical wrong answers")
        return
    try:
        table = runpy.run_path(str(lesson.root / name))
        tables = table["RIGHT"], table["WRONG"]
    except Exception as error:
        yield Fault(first, f"{name} cannot be read: {type(error).__name__}: {error}")
        return
    for exercise, snippet in lesson.starters.items():
        for kind, entries in zip(("right", "wrong"), tables, strict=True):
            if not entries.get(exercise):
                yield Fault(snippet.line, f"{name} has no {kind} answer to {exercise}: write one, or more")
    for exercise in [*tables[0], *tables[1]]:
        if exercise not in lesson.starters:
            yield Fault(len(lesson.lines), f"{name} answers {exercise}, which no exercise here asks for: take it out")
    for exercise, snippet in lesson.starters.items():
        yield from (
            Fault(snippet.line, f"{name}: {what}")
            for what in judged(exercise, tables[0].get(exercise, []), tables[1].get(exercise, {}))
        )


def judged(exercise: str, right: list[Any], wrong: dict[str, Any]) -> Iterator[str]:
    """What is wrong with an exercise's answers, or with its judge."""
    from foundations import NotYet, check

    def hint(answer: object) -> str:
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                check(exercise, answer)
        except NotYet as caught:
            return str(caught)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return ""

    for number, answer in enumerate(right, 1):
        if said := hint(answer):
            yield f"right answer {number} does not pass: {said}"
    hints: list[str] = []
    for words, answer in wrong.items():
        said = hint(answer)
        if words not in said:
            told = f"gets the hint “{said}”" if said else "passes"
            yield f"the wrong answer for “{words}” to {exercise} {told}: give it a hint with those words"
        elif said in hints:
            yield f"the wrong answer for “{words}” to {exercise} gets the hint of another one: tell them apart"
        hints.append(said)


# What its Markdown becomes.


def filled(lesson: Lesson, outputs: Mapping[int, Output | str], otherwise: str) -> list[str]:
    """The page's lines with its numbers set in, and no fence of Python, which has options that are ours."""
    lines = list(lesson.page.text.split("\n"))
    for index, item in reversed(list(enumerate(lesson.page.items))):
        if isinstance(item, Number):
            value = outputs.get(index, otherwise)
            set_number(lines, item, value if isinstance(value, str) else otherwise)
        else:
            lines[item.line - 2] = f"{item.indent}```text"
    for fence in lesson.page.shown:
        lines[fence.line - 2] = f"{fence.indent}```text"
    return lines


def rendered(lesson: Lesson, outputs: Mapping[int, Output | str]) -> Iterator[Fault]:
    """Questions that cannot be read, links that lead nowhere, pictures without words."""
    from bs4 import BeautifulSoup
    from mkdocs.config import load_config
    from mkdocs.structure.files import File, get_files
    from mkdocs.structure.pages import Page as SitePage

    yield from unread_questions(lesson, filled(lesson, outputs, "1"))
    config = load_config(str(lesson.root / "mkdocs.yml"))
    ours = ("page_runner", "questions", "glossary_terms")  # what they do is checked otherwise, or not needed here
    config.markdown_extensions = [name for name in config.markdown_extensions if name not in ours]
    files = get_files(config)

    def render(file: File, other: Lesson, outputs: Mapping[int, Output | str]) -> SitePage:
        page = SitePage(None, file, config)
        text = "\n".join(filled(other, outputs, UNKNOWN))
        page.read_source(config)
        page.markdown = re.sub(r"\A---[ \t]*\n.*?\n---[ \t]*\n", "", text, count=1, flags=re.S)
        page.render(config, files)
        return page

    def anchors(page: SitePage) -> list[str]:
        return [str(each["id"]) for each in BeautifulSoup(page.content or "", "html.parser").select("[id]")]

    file = files.get_file_from_path(lesson.name.removeprefix("docs/"))
    assert file is not None
    offered = {snippet.options["download"] for snippet in lesson.page.snippets if "download" in snippet.options}
    with heard("mkdocs") as warnings:
        page = render(file, lesson, outputs)
    for warning in warnings:
        target = (re.findall(r"link '([^']*)'", warning) or [""])[0]
        if target in offered:
            continue
        what = f"nothing is there: {near(target, lesson, [each.src_uri for each in files])}"
        yield from (Fault(line, f"the link to {target or warning}: {what}") for line in where(lesson, target))
    own = anchors(page)
    for other, wanted in (page.links_to_anchors or {}).items():
        with heard("mkdocs"):
            target_page = read(Path(other.abs_src_path or ""), lesson.root)
            there = own if other is file else anchors(render(other, target_page, {}))
        for anchor, link in wanted.items():
            if not any(fits(anchor, one) for one in there) and not anchor.startswith("foundations."):
                likely = difflib.get_close_matches(anchor, [one for one in there if UNKNOWN not in one], 1, 0.4)
                hint = f"did you mean #{likely[0]}?" if likely else f"{other.src_uri} has #{', #'.join(there[:3])}, …"
                yield from (
                    Fault(line, f"the link to {link}: there is no such section; {hint}") for line in where(lesson, link)
                )
    yield from unreachable(lesson, own)
    soup = BeautifulSoup(page.content or "", "html.parser")
    for picture in soup.select("img"):
        if not str(picture.get("alt") or "").strip():
            source = Path(str(picture.get("src"))).name
            yield Fault(
                lesson.line(source),
                f"the picture {source} has no alternative text: write ![what one sees](…)",
            )
    for address in [str(element["href"]) for element in soup.select('a[href^="http:"]')]:
        yield Fault(lesson.line(address), f"the link to {address} is not encrypted: write https://")


def unread_questions(lesson: Lesson, lines: list[str]) -> Iterator[Fault]:
    """What the questions' own reader says of each of them."""
    for question in lesson.questions:
        end = question.line + question.body.count("\n")
        inside = re.match(" *", lines[question.line - 1])
        text = "\n".join(line.removeprefix(inside[0] if inside else "") for line in lines[question.line - 1 : end])
        try:
            Markdown(extensions=["attr_list", "pymdownx.details", "pymdownx.superfences", "questions"]).convert(text)
        except QuestionError as error:
            yield Fault(question.line, str(error).removeprefix("this text: "))


def unreachable(lesson: Lesson, own: list[str]) -> Iterator[Fault]:
    """Links of other pages and of the curriculum to sections that this page has not got."""
    name = lesson.name.removeprefix("docs/")
    link = re.compile(rf"(?<![\w-])(?:[./\w-]*/)?{re.escape(Path(name).name)}#([\w.-]+)")
    for path in [*sorted((lesson.root / "docs").rglob("*.md")), lesson.root / "tests/curriculum.yml"]:
        at = path.relative_to(lesson.root).as_posix()
        if at == lesson.name:
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").split("\n"), 1):
            for anchor in link.findall(line):
                if not any(fits(anchor, one) for one in own):
                    yield Fault(1, f"{at}:{number} leads to #{anchor}, and no section here has that name: mend either")


def fits(anchor: str, there: str) -> bool:
    """Whether an anchor is the one that is there, as far as that is known."""
    return re.fullmatch(".*".join(map(re.escape, there.split(UNKNOWN))), anchor) is not None


def where(lesson: Lesson, target: str) -> list[int]:
    """The lines of a page's prose that link to a target."""
    forms = (f"({target}", f'"{target}"', f": {target}")
    return [number for number, line in lesson.prose if any(form in line for form in forms)] or [1]


def near(target: str, lesson: Lesson, places: list[str]) -> str:
    """What the author of a dead link may have meant."""
    folder = Path(lesson.name.removeprefix("docs/")).parent
    there = [os.path.relpath(place, folder).replace(os.sep, "/") for place in places]
    likely = difflib.get_close_matches(target.partition("#")[0], there, 1, 0.5)
    return f"did you mean {likely[0]}?" if likely else "write the path from this page's folder"


@contextlib.contextmanager
def heard(name: str) -> Iterator[list[str]]:
    """The warnings that a logger is given, and nobody else hears."""
    messages: list[str] = []

    class Heard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    log, handler = logging.getLogger(name), Heard(logging.WARNING)
    log.addHandler(handler)
    before, log.propagate = log.propagate, False
    try:
        yield messages
    finally:
        log.removeHandler(handler)
        log.propagate = before


# The command.


def set_up() -> None:
    """Make this process compute as the tests do, and never ask the network."""
    os.environ.setdefault("MKL_CBWR", "COMPATIBLE")
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    sys.path.insert(0, str(ROOT / "tests/helpers"))
    data = importlib.import_module("passenger_list")
    if not data.HAS_LIST:
        os.environ.setdefault("FOUNDATIONS_TITANIC", "simulated")
    if not data.HAS_TABLES:
        os.environ.setdefault("FOUNDATIONS_TIMM", "absent")


def page_at(written: str) -> Path:
    """A page of the course, by its path or by a part of it that no other has; one sentence where there is none."""
    docs = ROOT / "docs"
    path = (Path.cwd() / written).resolve()
    if path.is_file() and path.suffix == ".md" and path.is_relative_to(docs):
        return path
    pages = [page.relative_to(ROOT).as_posix() for page in sorted(docs.rglob("*.md"))]
    likely = [page for page in pages if written and written in page]
    if len(likely) == 1:
        return ROOT / likely[0]
    likely = likely or difflib.get_close_matches(written, pages, 1, 0.4) or ["docs/lessons/gradient-descent.md"]
    sys.exit(f"{written} is no page of the course: name one under docs/, such as PAGE={likely[0]}")


def told(lesson: Lesson, found: list[Fault], seconds: float) -> tuple[list[str], bool]:
    """The lines that say how a page is, and whether it is sound."""
    now = [fault for fault in found if not (lesson.draft and fault.later)]
    if now:
        return [f"{lesson.name}:{fault.line}: {fault.what}" for fault in now], False
    snippets, questions = len(lesson.page.snippets), len(lesson.recalled)
    counted = f"{snippets} snippets in {seconds:.1f} s"
    if lesson.module:
        counted += f", {len(lesson.starters)} exercises, {questions} questions"
    if lesson.draft:
        wanted = "; ".join(fault.what.partition(":")[0] for fault in found) or "nothing is: take `draft: true` out"
        return [f"{lesson.name} is sound as a draft ({counted}); what is still to mend: {wanted}"], True
    return [f"{lesson.name} is sound: {counted}"], True


def main(arguments: list[str]) -> int:
    """The command; 1 when a page has faults."""
    parser = argparse.ArgumentParser(prog="make check PAGE=", description=__doc__)
    parser.add_argument("pages", nargs="+", metavar="PAGE")
    pages = [page_at(page) for page in parser.parse_args(arguments).pages]
    set_up()
    code = 0
    for page in pages:
        lines, sound = told(*check(page))
        print("\n".join(lines))
        code |= not sound
    return code


if __name__ == "__main__":
    write_utf8()
    sys.exit(main(sys.argv[1:]))
