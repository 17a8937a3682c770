"""The benchmarks run: every part at its smallest size, and the command prints what was measured, however it ends."""

from __future__ import annotations

import json
import math
import os
import re
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import blocking, build, charts, engine, models, pages, serve, sites, suite, weight
from benchmarks.compute import own_compute
from benchmarks.report import Row
from page_runner import origin, process
from page_runner.process import CONTEXT

pytestmark = pytest.mark.xdist_group("benchmarks")

COURSE_PAGES = ["index.md", "glossary.md", "lessons/in-a-spreadsheet.md"]  # the last has every option of a fence
WORDS = f"# Lesson 1\n\nA lesson is read {pages.WORD}, from top to bottom.\n"
CODE = "\n```python\nnumber = 6 * 7\nnumber\n```\n\nIt is {{ number }}.\n"
BUILD = {
    "cold build, 1 generated pages": ["own compute + one import of torch", "mkdocs-jupyter on the same pages"],
    "build with nothing changed, 1 generated pages": ["plain MkDocs"],
}
SERVE = {
    "`make serve`, nothing changed, start → first page, 1 generated pages": ["plain MkDocs serve"],
    "`make serve`, one word changed → page served, 1 generated pages": ["plain MkDocs serve"],
    "`zensical serve`, one word changed → page served, 1 generated pages": ["plain MkDocs serve"],
    "an edited page, last snippet → its output, 1 generated pages": ["0.3 s + its own time"],
    "an edited page, first snippet → the last output, 1 generated pages": ["0.5 s + own compute"],
}
SUITE = {"tests of all pages, 1 generated pages": ["own compute ÷ cores + one import of torch"]}


class Measured(list[Row]):
    """Rows, and what stopped the benchmark before the next one."""

    fault = ""


def measured(parts: list[str], folder: Path) -> Measured:
    """Some parts once, at their smallest size."""
    found = Measured()
    try:
        for row in command.measure(parts, [1], 1, folder, many_rows=(1000, 5000)):
            found.append(row)
    except SystemExit as stopped:
        found.fault = str(stopped)
    return found


def check(rows: Measured, promised: dict[str, list[str]]) -> None:
    """The promised rows are there, and their numbers can be compared."""
    found = {what: [row.other for row in rows if row.what == what] for what in promised}
    assert found == promised, rows.fault or "rows are missing"
    for row in rows:
        assert 0 < row.seconds < math.inf and 0 < row.other_seconds < math.inf, row
        assert 0 < row.ratio < math.inf


def lightly(patch: pytest.MonkeyPatch, lesson: str) -> None:
    """Let the only generated page be this one, and nothing import torch for it."""
    copy = sites.real

    def real(folder: Path) -> sites.Site:
        site = copy(folder)
        file = folder / "mkdocs.yml"
        settings = file.read_text("utf-8")
        lighter, count = re.subn(r"(      preload:).*\n(?:        - .*\n)+", r"\1 []\n", settings)
        assert count == 1
        file.write_text(lighter, "utf-8")
        return site

    patch.setattr(sites, "real", real)
    patch.setattr(sites, "lesson", lambda number: lesson)
    for part in (build, suite):
        patch.setattr(part, "seconds", lambda statement: 1.0)  # of `import torch`


@pytest.fixture(scope="module")
def on_one_page(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    with pytest.MonkeyPatch.context() as patch:
        lightly(patch, WORDS + CODE)
        return measured(["build", "serve"], tmp_path_factory.mktemp("benchmarks"))


def test_builds_are_measured(on_one_page: Measured):
    check(on_one_page, BUILD)


def test_servers_are_measured(on_one_page: Measured):
    check(on_one_page, SERVE)


def test_the_tests_of_pages_are_measured(monkeypatch, tmp_path):
    lightly(monkeypatch, WORDS)
    monkeypatch.setattr(suite, "row", partial(suite.row, workers=0))  # each would import torch
    check(measured(["suite"], tmp_path), SUITE)


def test_imports_are_measured(tmp_path):
    statements = ["`import foundations`", "`from foundations import *`, every name in it"]
    check(measured(["imports"], tmp_path), {what: ["`import torch`"] for what in statements})


def test_models_are_measured_with_gradients_near_float64s(monkeypatch, tmp_path):
    monkeypatch.setattr(models, "NETS", 3)
    rows = measured(["models"], tmp_path)
    over = re.compile(r"Titanic: a gradient over ([\d,]+) rows, \de[+-]\d\d from float64's")
    assert [found[1] for row in rows if (found := over.fullmatch(row.what))] == ["1,000", "5,000"], rows.fault
    assert {(row.other, row.limit) for row in rows if over.fullmatch(row.what)} == {("reading them", 4)}
    others = {
        "Titanic: 30 epochs by hand in PyTorch": ["in NumPy"],
        "Titanic: 3 small nets together": ["a loop, one core each"],
    }
    check(rows, others)


def test_the_slowest_chart_is_measured(monkeypatch, tmp_path):
    lessons = [path for path in charts.LESSONS if path.stem == "fitting-a-quadratic"]
    assert len(charts.specs(*lessons)) == 2
    monkeypatch.setattr(charts, "LESSONS", lessons)
    what = "redraw of the slowest live chart, in fitting-a-quadratic"
    check(measured(["charts"], tmp_path), {what: ["a frame of the screen"]})


def test_a_wrong_gradient_stops_the_benchmark(monkeypatch):
    right = models.chunked_gradient  # type: ignore[attr-defined]

    def wrong(*rows):
        loss, gradient = right(*rows)
        return loss, gradient * 1.001

    monkeypatch.setattr(models, "chunked_gradient", wrong)
    with pytest.raises(SystemExit, match="the gradient over 1,000 rows is off by 1e-03 of its length"):
        next(models.rows(1, [1000]))


def test_pages_are_weighed_largest_first(tmp_path, capsys):
    parts = "<article><pre><b>1</b></pre><svg><path/></svg></article><div class=md-sidebar><a>here</a></div>"
    for name, html in (("small", "<p>one</p>"), ("large", parts)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(html, "utf-8")
    weight.main(str(tmp_path))
    rows = capsys.readouterr().out.splitlines()[2:]
    assert rows == ["| 7 | 1 | 1 | 1 | 0 | 0 | large |", "| 1 | 0 | 0 | 0 | 0 | 0 | small |"]


# The copies that are measured.


def test_generated_lessons_run(tmp_path):
    for number in (1, 2):  # the second has a figure
        (tmp_path / f"{number}.md").write_text(pages.lesson(number), "utf-8")
    assert all(0 < seconds < math.inf for seconds in own_compute(sorted(tmp_path.iterdir())))


def test_generated_lessons_are_forked_from_what_ends_all_that_pages_leave(tmp_path, monkeypatch):
    prepared = []
    prepare = CONTEXT.set_forkserver_preload
    monkeypatch.setattr(CONTEXT, "set_forkserver_preload", lambda names: (prepared.append(names), prepare(names)))
    (tmp_path / "page.md").write_text(f"{WORDS}\n```python\n1\n```\n", "utf-8")
    own_compute([tmp_path / "page.md"])
    assert prepared == [[origin.__name__, process.__name__]]


def test_a_page_that_does_not_run_alone_is_named(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"{WORDS}\n```python\nexit(3)\n```\n", "utf-8")
    with pytest.raises(SystemExit, match=r"page\.md does not run alone"):
        own_compute([page])


def test_the_plain_copy_of_the_course_has_its_pages_and_can_be_built(tmp_path):
    course = sites.real(tmp_path / "course")
    bare = sites.plain(course, tmp_path / "plain")
    names = [page.relative_to(course.folder / "docs") for page in course.pages if "labs" not in page.parts]
    assert [page.relative_to(bare.folder / "docs") for page in bare.pages] == names
    for page in bare.pages:
        if page.relative_to(bare.folder / "docs").as_posix() not in COURSE_PAGES:
            page.unlink()  # to build three of them is enough to know
    assert bare.run(*build.BUILD) > 0
    built = (bare.folder / "site/lessons/in-a-spreadsheet/index.html").read_text("utf-8")
    assert "```" not in built and 'class="highlight"' in built, "every fence is one"


def test_every_snippet_of_a_lesson_is_in_its_notebook_and_errors_on_purpose_are_marked():
    page = sites.ROOT / "docs/lessons/in-a-spreadsheet.md"
    fences = re.findall(r"^ *```python(.*)$", page.read_text("utf-8"), re.M)
    codes = [cell for cell in sites.notebook_cells(page) if cell["cell_type"] == "code"]
    assert len(codes) == len(fences) > 5
    marked = [bool(cell["metadata"]["tags"]) for cell in codes]
    assert marked == ["raises=" in options for options in fences] and any(marked)


# What stops a benchmark says why.


def test_a_build_that_fails_says_what_it_printed(tmp_path):
    words = r"(?s)mkdocs build --quiet failed in .*Config file 'mkdocs.yml' does not exist"
    with pytest.raises(SystemExit, match=words):
        sites.Site(tmp_path).run(*build.BUILD)


def test_nobody_waits_for_a_server_that_has_ended(tmp_path):
    with pytest.raises(SystemExit, match=r"(?s)http.server 127.0.0.1:1 ended in .*invalid int value"):
        serve.first_page(sites.Site(tmp_path), ["http.server"], 1)


def test_a_snippet_that_runs_again_after_a_changed_word_stops_the_benchmark(tmp_path, monkeypatch):
    kept = tmp_path / ".cache/page_runner/one.json"
    kept.parent.mkdir(parents=True)
    kept.touch()
    site = sites.Site(tmp_path)
    monkeypatch.setattr(serve, "latency", lambda *_: 0.5)
    assert serve.unchanged(site, serve.OURS, 1) == 0.5
    monkeypatch.setattr(serve, "latency", lambda *_: os.utime(kept, (0, 0)))
    with pytest.raises(SystemExit, match="mkdocs serve: a word of prose was changed and snippets ran again"):
        serve.unchanged(site, serve.OURS, 1)


# The command.

ROWS = [Row("one", 1.0, 2.0, "two", limit=0.4), Row("three", 0.05, 20.0, "four", faster=8)]
LINES = [
    "| one | ≤ 0.4 × two | 0.50 ×, missed (1.00 s, 2.00 s) |",
    "| three | ≥ 8 × faster than four | 400.0 × faster (50 ms, 20 s) |",
]


@pytest.fixture
def terminated():
    """What the command does to the handler of SIGTERM is undone."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *options])
    command.main()


@pytest.mark.usefixtures("terminated")
def test_the_command_prints_its_table_and_writes_its_numbers_with_what_was_skipped(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr(command, "measure", lambda *what: asked.append(what[:3]) or iter(ROWS))
    file = tmp_path / "numbers.json"
    run(monkeypatch, "--sizes", "course,100", "--only", "build,serve", "--runs", "2", "--json", str(file))
    assert asked == [(["build", "serve"], [command.COURSE, 100], 2)]
    printed = capsys.readouterr()
    skipped = ["15 generated pages", "1,000 generated pages", "imports", "models", "charts", "suite"]
    assert printed.out.splitlines()[-10:] == [
        "| what | reach | measured |",
        "|---|---|---|",
        *LINES,
        *(f"| {what} | | skipped |" for what in skipped),
    ]
    assert printed.err.splitlines() == [line.strip("| ") for line in LINES]
    numbers = json.loads(file.read_text("utf-8"))
    assert [(row["what"], row["ratio"], row["reached"]) for row in numbers["rows"]] == [
        ("one", 0.5, False),
        ("three", 0.0025, True),
    ]
    assert numbers["skipped"] == skipped
    assert numbers["machine"]["torch"] in printed.out and numbers["machine"]["date"] in printed.out


@pytest.mark.usefixtures("terminated")
@pytest.mark.parametrize(
    ("number", "error"),
    [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)],
    ids=["ended", "interrupted"],
)
def test_what_was_measured_before_the_command_is_stopped_is_printed(monkeypatch, capsys, tmp_path, number, error):
    folders = []

    def measure(parts, sizes, runs, folder):
        folders.append(folder)
        yield ROWS[0]
        signal.raise_signal(number)
        yield ROWS[1]

    monkeypatch.setattr(command, "measure", measure)
    with pytest.raises(error):
        run(monkeypatch, "--quick", "--json", str(tmp_path / "numbers.json"))
    out = capsys.readouterr().out
    assert LINES[0] in out and LINES[1] not in out
    assert "| the rest: it was stopped here | | skipped |" in out
    numbers = json.loads((tmp_path / "numbers.json").read_text("utf-8"))
    assert len(numbers["rows"]) == 1
    assert numbers["skipped"][0] == "the rest: it was stopped here"
    assert not folders[0].exists(), "the copies are removed"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "build,server"], "knows imports, models, charts, build, serve, suite, not server"),
        (["--sizes", "course,many"], "takes course and numbers of pages, such as course,15,100, not 'many'"),
        (["--sizes", "0"], "not '0'"),
        (["--runs", "0"], "takes a number from 1 on, not '0'"),
    ],
)
def test_what_the_command_does_not_know_is_refused(monkeypatch, capsys, options, words):
    with pytest.raises(SystemExit, match="2"):
        run(monkeypatch, *options)
    assert words in capsys.readouterr().err


def test_a_page_among_many_is_compared_with_a_page_among_few():
    few, many = build.Builds(10, 1, 1, 1), build.Builds(90, 1, 1, 1)
    row = build.linear_row(100, many, 10, few)
    assert (row.seconds, row.other_seconds, row.other, row.reached) == (0.9, 1.0, "a page of 10", True)


def test_the_bytes_of_an_engine_are_counted(tmp_path):
    (tmp_path / "engine").mkdir()
    held = {"small.zip": b"x" * 10, "large.wasm": b"y" * 1000}
    for name, data in held.items():
        (tmp_path / "engine" / name).write_bytes(data)
    about = {"files": {name: len(data) for name, data in held.items()}}
    (tmp_path / "engine/engine.json").write_text(json.dumps(about), "utf-8")
    found = engine.bytes_of(tmp_path)
    assert [(name, size) for name, (size, _) in found.items()] == [("large.wasm", 1000), ("small.zip", 10)]
    assert found["large.wasm"][1] < 100


def test_blocking_counts_the_main_thread_above_what_nobody_notices():
    def event(name, ts, ms=0.0, thread=1, process=1):
        return {"name": name, "pid": process, "tid": thread, "ts": ts, "dur": 100_000, "tdur": ms * 1000}

    task = blocking.TASKS[0]
    events = [
        event("ParseHTML", 10),
        event(task, 0, 25),  # 100 ms on a phone, before the first paint
        event(task, 50_000, 20),  # a part of the task before
        event("firstContentfulPaint", 150_000),
        event(task, 200_000, 10),  # 40 ms: nobody notices
        event(task, 400_000, 20),  # 80 ms
        event(task, 400_000, 90, thread=2),
        event(task, 400_000, 90, process=2),
    ]
    assert blocking.blocking(events) == (30, 80, 220)
