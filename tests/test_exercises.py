"""The exercises: every lesson has its own, each knows typical mistakes from right answers, and `check` works anywhere."""

import ast
import importlib
import io
import runpy
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import torch

from foundations import NotYet, check, quad
from foundations.exercises import _judging
from page_runner.page import Page, Snippet, read_page

ROOT = Path(__file__).parent.parent
LESSONS = sorted((ROOT / "docs" / "lessons").glob("[0-9][0-9]-*.md"))
PAGES = {path.stem: read_page(path, ROOT) for path in LESSONS}

# One module for each lesson: RIGHT has right answers by exercise, WRONG has wrong ones by words of the hint.
ANSWERS = {path.stem: path for path in sorted((ROOT / "tests" / "answers").glob("*.py"))}
TABLES = [importlib.import_module(f"answers.{name}") for name in ANSWERS]
RIGHT = {name: answers for table in TABLES for name, answers in table.RIGHT.items()}
WRONG = {name: answers for table in TABLES for name, answers in table.WRONG.items()}


def registered() -> set[str]:
    with pytest.raises(ValueError, match="no exercise"):
        check("", None)  # opens them all
    return set(_judging.EXERCISES)


def checked(snippet: Snippet) -> list[str]:
    """The exercises that a snippet checks."""
    return [
        node.args[0].value
        for node in ast.walk(ast.parse(snippet.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
    ]


def starters(page: Page) -> dict[str, Snippet]:
    return {name: each for each in page.snippets if each.options.get("raises") == "NotYet" for name in checked(each)}


def solutions(page: Page) -> dict[str, Snippet]:
    solved = [each for each in page.snippets if each.options.get("raises") is None]
    return {name: each for each in solved for name in checked(each)}


def hint(name: str, answer: object) -> str:
    with pytest.raises(NotYet) as caught:
        check(name, answer)
    return str(caught.value)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_lesson_has_three_exercises_that_check_themselves(page: Page):
    # That each starter fails and each solution passes is shown by test_lessons.py, which runs both.
    started, solved = starters(page), solutions(page)
    assert len(started) >= 3
    assert list(started) == list(solved), "the exercises with a starter and those with a solution differ"
    lines = page.text.splitlines()
    for name in started:
        assert started[name].end < solved[name].line, f"the solution of {name} stands before its starter"
        above = lines[: solved[name].line]
        folded = max(i for i, line in enumerate(above) if line.startswith('??? success "Solution"'))
        between = [line for line in above[folded + 1 :] if line.strip()]
        assert all(line.startswith("    ") for line in between), f"the solution of {name} is not folded"


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_one_of_them_is_on_other_data(page: Page):
    lines = page.text.splitlines()
    heading = next(i for i, line in enumerate(lines, 1) if line.startswith("## Repeat it on other data"))
    following = next(i for i, line in enumerate(lines, 1) if i > heading and line.startswith("## "))
    assert any(heading < each.line < following for each in starters(page).values())


def test_every_exercise_stands_in_one_lesson():
    used = [name for page in PAGES.values() for name in starters(page)]
    assert sorted(used) == sorted(registered())


def test_every_exercise_has_right_and_wrong_answers():
    assert set(RIGHT) == set(WRONG) == registered()


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_pass(name: str, capsys: pytest.CaptureFixture[str]):
    for answer in RIGHT[name]:
        check(name, answer)
        (line,) = capsys.readouterr().out.splitlines()
        assert line.startswith(f"✓ {name}: ")


@pytest.mark.parametrize("name", WRONG)
def test_each_typical_mistake_has_its_own_hint(name: str):
    hints = {words: hint(name, answer) for words, answer in WRONG[name].items()}
    for words, given in hints.items():
        assert words in given
        assert given.startswith(f"{name}: ")
    assert len(set(hints.values())) == len(hints)


def asks_for_passengers(lesson: str) -> bool:
    judges = ROOT / "src" / "foundations" / "exercises" / f"_{lesson}.py"
    return any("titanic(" in path.read_text("utf-8") for path in (ANSWERS[lesson], judges))


@pytest.mark.parametrize("lesson", [name for name in ANSWERS if asks_for_passengers(name)])
def test_answers_hold_with_either_list_of_passengers(lesson: str, passengers_from: str):
    table = runpy.run_path(str(ANSWERS[lesson]))  # anew, since it may compute with the passengers
    for name, answers in table["RIGHT"].items():
        for answer in answers:
            check(name, answer)
    for name, answers in table["WRONG"].items():
        for words, answer in answers.items():
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


@pytest.mark.parametrize("name", RIGHT)
def test_whatever_comes_in_a_hint_comes_out(name: str):
    for answer in ODD:
        assert len(hint(name, answer)) > len(name) + 10


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
    assert "at_two" in registered()

    def at_two(answer: object) -> str:
        return ""

    with pytest.raises(AssertionError, match="two exercises at_two"):
        _judging.exercise(at_two)


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
