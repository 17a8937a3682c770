"""The exercises: every lesson has its own, each knows typical mistakes from right answers, and `check` works anywhere."""

import ast
import io
import pkgutil
import runpy
import subprocess
import sys
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import torch

from foundations import NotYet, check, exercises, quad
from foundations.exercises import judging
from foundations.exercises.index import JUDGES
from page_runner.page import Page, Snippet, read_page

ROOT = Path(__file__).resolve().parents[3]
PATHS = {path.stem: path for path in sorted((ROOT / "docs" / "lessons").glob("[0-9][0-9]-*.md"))}
by_lesson = pytest.mark.parametrize("lesson", PATHS)


def module(lesson: str) -> str:
    """The name of a lesson's modules: of its judges and of its answers."""
    return lesson[3:].replace("-", "_")


@cache
def page(lesson: str) -> Page:
    return read_page(PATHS[lesson], ROOT)


@cache
def answers(lesson: str, kind: str) -> dict[str, Any]:
    """A lesson's RIGHT answers by exercise, or its WRONG ones by exercise and words of the hint.

    They are computed here, when a test asks for them: some train nets.
    """
    return import_module(f"answers.{module(lesson)}").__dict__[kind]


def checked(snippet: Snippet) -> list[str]:
    """The exercises that a snippet checks."""
    return [
        node.args[0].value
        for node in ast.walk(ast.parse(snippet.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
    ]


def starters(page: Page) -> dict[str, Snippet]:
    return {name: each for each in page.snippets if each.options.get("raises") == "NotYet" for name in checked(each)}


def hint(name: str, answer: object) -> str:
    with pytest.raises(NotYet) as caught:
        check(name, answer)
    return str(caught.value)


@by_lesson
def test_its_exercises_are_those_of_its_judges_and_of_its_answers(lesson: str):
    listed = sorted(JUDGES.get(module(lesson), ()))
    assert sorted(starters(page(lesson))) == listed, "the page, and exercises/index.py"
    assert sorted(answers(lesson, "RIGHT")) == sorted(answers(lesson, "WRONG")) == listed, "the answers, and index.py"


def test_the_index_names_every_judge_under_its_own_module():
    modules = {found.name for found in pkgutil.iter_modules(exercises.__path__)} - {"index", "judging"}
    assert modules == set(JUDGES) == {module(lesson) for lesson in PATHS}
    assert modules.isdisjoint({"check", "NotYet"}), "a module would take its place"
    for name in modules:
        import_module(f"foundations.exercises.{name}")
    standing: dict[str, list[str]] = {name: [] for name in JUDGES}
    for name, judge in judging.EXERCISES.items():
        standing[judge.__module__.rpartition(".")[2]].append(name)
    assert {name: tuple(listed) for name, listed in standing.items()} == JUDGES, "each in the order of its module"


def test_check_opens_the_judge_that_it_needs_and_no_other():
    code = """if True:
        import sys
        from functools import partial
        from foundations import check, quad
        def opened():
            return [name for name in sys.modules if name.startswith("foundations.exercises.")]
        try:
            check("at_tow", partial(quad, x=2))
        except ValueError:
            print(*opened())
        check("at_two", partial(quad, x=2))
        print(*opened())
    """
    run = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    index = "foundations.exercises.index"
    unknown, _, known = run.stdout.splitlines()
    assert unknown == index
    assert known == f"{index} foundations.exercises.judging foundations.exercises.fitting_a_quadratic"


def passes(name: str, answer: object, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    check(name, answer)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"✓ {name}: ")


@by_lesson
def test_right_answers_pass(lesson: str, capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests):
    for name, right in answers(lesson, "RIGHT").items():
        assert right
        for number, answer in enumerate(right, 1):
            with subtests.test(f"{name}, right answer {number}"):
                passes(name, answer, capsys)


@by_lesson
def test_each_typical_mistake_has_its_own_hint(lesson: str, subtests: pytest.Subtests):
    for name, wrong in answers(lesson, "WRONG").items():
        assert wrong
        hints = []
        for words, answer in wrong.items():
            with subtests.test(f"{name}, the answer whose hint is to say {words!r}"):
                hints.append(hint(name, answer))
                assert words in hints[-1]
                assert hints[-1].startswith(f"{name}: ")
        with subtests.test(name):
            assert len(set(hints)) == len(hints), "two mistakes get the same hint"


def asks_for_passengers(lesson: str) -> bool:
    judges = ROOT / "src" / "foundations" / "exercises" / f"{module(lesson)}.py"
    table = ROOT / "tests" / "answers" / f"{module(lesson)}.py"
    return any(path.exists() and "titanic(" in path.read_text("utf-8") for path in (judges, table))


@pytest.mark.parametrize("lesson", [*filter(asks_for_passengers, PATHS)])
def test_answers_hold_with_either_list_of_passengers(
    lesson: str, passengers_from: str, capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
):
    # Anew, since it may compute with the passengers.
    table = runpy.run_path(str(ROOT / "tests" / "answers" / f"{module(lesson)}.py"))
    for name, right in table["RIGHT"].items():
        for number, answer in enumerate(right, 1):
            with subtests.test(f"{name}, right answer {number}"):
                passes(name, answer, capsys)
    for name, wrong in table["WRONG"].items():
        for words, answer in wrong.items():
            with subtests.test(f"{name}, the answer whose hint is to say {words!r}"):
                assert words in hint(name, answer)


def raising(*args: object) -> object:
    raise KeyError("lost")


class Odd:
    def __len__(self) -> int:
        return 2


ODD = [
    *(None, ..., True, 0, -3, 2.5, 1j, "text", b"12", float("nan"), float("inf"), [], (), {}, set(), object(), Odd()),
    *([1, "two"], [None, None], [None] * 3, [[], []], ("ab", "cd"), {0.05: "x", 0.1: 1, 0.2: 1, 0.22: 1}, range(3)),
    *(torch.zeros(0), torch.zeros(2, 2), torch.zeros(3, dtype=torch.complex64), torch.ones(3, dtype=torch.bool)),
    *(torch.full((3,), float("nan")), torch.zeros(1), torch.zeros(3, requires_grad=True), torch.nn.Linear(3, 1), torch),
    *(torch.zeros(2).numpy(), torch.zeros(3).numpy().astype(object), [torch.zeros(2), torch.zeros(3)], int, print),
    *(
        raising,
        lambda: 1,
        lambda *a: None,
        lambda *a: "text",
        lambda *a: a,
        lambda *a: torch.zeros(4, 5),
        lambda *a: ...,
    ),
    *(lambda *a: float("nan"), lambda *a: [], lambda *a: int, lambda *a: torch.tensor(1j), lambda *a: True),
]


@by_lesson
def test_whatever_comes_in_a_hint_comes_out(lesson: str, subtests: pytest.Subtests):
    for name in JUDGES.get(module(lesson), ()):
        with subtests.test(name):
            for number, answer in enumerate(ODD):
                assert len(hint(name, answer)) > len(name) + 10, f"ODD[{number}]"


def test_the_answers_own_error_stays_in_the_traceback():
    with pytest.raises(NotYet) as caught:
        check("at_two", raising)
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(NotYet) as caught:
        check("at_two", 17)
    assert caught.value.__cause__ is None


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(ValueError, match="there is no exercise 'at_tow'; there is 'at_two'"):
        check("at_tow", 17)
    with pytest.raises(ValueError, match=r"'at_two', .*'spreads'"):
        check("qqqq", 17)


def test_the_name_comes_first():
    with pytest.raises(TypeError, match=r'check\("at_two", at_two\) takes the name'):
        check(partial(quad, x=2), "at_two")  # type: ignore[arg-type]


def test_two_exercises_cannot_share_a_name():
    import_module("foundations.exercises.fitting_a_quadratic")

    def at_two(answer: object) -> str:
        return ""

    with pytest.raises(AssertionError, match="two exercises at_two"):
        judging.exercise(at_two)


def test_output_with_few_letters_is_no_error(monkeypatch: pytest.MonkeyPatch):
    bytes_written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_written, encoding="ascii"))
    check("at_two", partial(quad, x=2))
    sys.stdout.flush()
    assert bytes_written.getvalue().startswith(b"ok at_two: x is fixed")


SCRIPT = """
from functools import partial
from foundations import check, quad
check("at_two", partial(quad, x=2))
check("at_two", partial(quad, 2))
"""


def test_in_a_script(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-X", "utf8", script], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path
    )
    assert run.returncode == 1
    assert run.stdout.startswith("✓ at_two: ")
    assert run.stderr.splitlines()[-1].startswith("foundations.exercises.NotYet: at_two: the 2 has gone to a")
    assert list(tmp_path.iterdir()) == [script], "check keeps nothing"


def test_in_a_notebook(capsys: pytest.CaptureFixture[str]):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_cell("from functools import partial\nfrom foundations import check, quad")
    starter = shell.run_cell('at_two = partial(quad, 2)\ncheck("at_two", at_two)')
    assert isinstance(starter.error_in_exec, NotYet)
    assert "NotYet" in capsys.readouterr().out
    solution = shell.run_cell('at_two = partial(quad, x=2)\ncheck("at_two", at_two)')
    assert solution.success
    assert solution.result is None
    assert capsys.readouterr().out.startswith("✓ at_two: ")
