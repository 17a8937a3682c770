"""The exercises: every lesson has its own, each knows typical mistakes from right answers, and `check` works anywhere."""

import ast
import contextlib
import copy
import io
import pkgutil
import random
import runpy
import subprocess
import sys
import threading
import tomllib
from functools import cache, partial
from importlib import import_module
from itertools import combinations
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
import torch
from forms import as_tensor, forms
from mutants import mutants
from pretended import pretended
from project_root import ROOT
from solutions import formats, solution, starters

from foundations import NotYet, check, exercises, quad
from foundations.exercises import judging, running
from foundations.exercises.index import JUDGES
from page_runner.page import Page, read_page

PATHS = {path.stem: path for path in sorted((ROOT / "docs" / "lessons").glob("*.md"))}
by_lesson = pytest.mark.parametrize("lesson", PATHS)


def module(lesson: str) -> str:
    """The name of a lesson's modules: of its judges and of its answers."""
    return lesson.replace("-", "_")


@cache
def page(lesson: str) -> Page:
    return read_page(PATHS[lesson], ROOT)


@cache
def answers(lesson: str, kind: str) -> dict[str, Any]:
    """A lesson's RIGHT answers by exercise, or its WRONG ones by exercise and words of the hint.

    They are computed here, when a test asks for them: some train nets.
    """
    return import_module(f"answers.{module(lesson)}").__dict__[kind]


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
    modules = {found.name for found in pkgutil.iter_modules(exercises.__path__)} - {"index", "judging", "running"}
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
    assert known == (
        f"{index} foundations.exercises.running foundations.exercises.judging foundations.exercises.fitting_a_quadratic"
    )


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
def test_each_typical_mistake_has_its_own_hint_and_each_hint_its_mistake(lesson: str, subtests: pytest.Subtests):
    given = ""
    for name, wrong in answers(lesson, "WRONG").items():
        assert wrong
        hints: list[str] = []
        for words, answer in wrong.items():
            with subtests.test(f"{name}, the answer whose hint is to say {words!r}"):
                hints.append(hint(name, answer))
                assert words in hints[-1]
                assert hints[-1].startswith(f"{name}: ")
        with subtests.test(name):
            assert len(set(hints)) == len(hints), "two mistakes get the same hint"
        given += " ".join(hints)
    judges = ROOT / "src" / "foundations" / "exercises" / f"{module(lesson)}.py"
    for words in hints_in(ast.parse(judges.read_text("utf-8"))):
        with subtests.test(words):
            assert words in given, "no wrong answer gets this hint"


@by_lesson
def test_right_answers_pass_in_every_form(lesson: str, capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests):
    """But where ONLY of the answers says that an exercise asks for one form: there the others get a hint."""
    only = vars(import_module(f"answers.{module(lesson)}")).get("ONLY", {})
    for name, (right, *others) in answers(lesson, "RIGHT").items():
        tried = [*forms(right)]
        for words, form in tried:
            with subtests.test(f"{name} as {words}"):
                if words in only.get(name, [words]):
                    passes(name, form, capsys)
                else:
                    assert "cannot be judged" not in hint(name, form)
        for shown in formats(page(lesson), name) if as_tensor(right) is not None else ():
            with subtests.test(f"{name} as the page shows it, {shown}"):
                passes(name, float(format(float(as_tensor(right)), shown)), capsys)
        with subtests.test(name):
            assert 1 + len(others) + len(tried) >= 6, "too few right forms are tried: six at least"
            assert len(answers(lesson, "WRONG")[name]) >= 8, "too few wrong answers are tried: eight at least"


@by_lesson
def test_what_judges_compare_tells_right_from_wrong_and_each_mistake_from_others(
    lesson: str, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
):
    """Whoever makes one mistake is refused by the first comparison that can tell, and gets no other mistake's hint."""
    judges = import_module(f"foundations.exercises.{module(lesson)}")
    # By exercise and line: for each comparison, when two lists of numbers are alike in it, and what it was made with.
    tables: dict[tuple[str, int], list[tuple[Any, list[Any]]]] = {}

    def noted(result, right, mistakes, otherwise, **options):
        place = name, sys._getframe(1).f_lineno
        alike = partial(judging.near, within=2 * options.get("within", 1e-3), decimals=options.get("decimals"))
        tables.setdefault(place, []).append((alike, [right, *mistakes.values()]))
        words[place] = ["what is right", *mistakes]
        judging.compare(result, right, mistakes, otherwise, **options)

    words: dict[tuple[str, int], list[str]] = {}
    monkeypatch.setattr(judges, "compare", noted, raising=False)
    for name, right in answers(lesson, "RIGHT").items():
        check(name, right[0])
    for place, calls in tables.items():
        with subtests.test(place[0]):
            unseen = {*range(1, min(len(table) for _, table in calls))}  # mistakes that gave what is right so far
            for alike, table in calls:
                for one, other in combinations(range(1, len(table)), 2):
                    same = alike(table[one], table[other]) and not alike(table[one], table[0])
                    assert not (same and {one, other} & unseen), f"{words[place][one]!r} or {words[place][other]!r}?"
                unseen = {one for one in unseen if alike(table[one], table[0])}
            assert not unseen, [words[place][one] for one in unseen]


def hints_in(tree: ast.Module) -> list[str]:
    """The longest fixed part of each hint in a program."""
    hints: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "NotYet":
            hints += node.args
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "compare":
            hints += node.args[3:]
            for table in node.args[2:3]:
                hints += [key for each in ast.walk(table) if isinstance(each, ast.Dict) for key in each.keys]
    parts = [[part for part in ast.walk(each) if isinstance(part, ast.Constant)] for each in hints if each]
    texts = [[part.value for part in group if isinstance(part.value, str)] for group in parts]
    return [max(group, key=len).strip() for group in texts if group]


def faults_that_pass(lesson: str, name: str, monkeypatch: pytest.MonkeyPatch, every: int = 1) -> tuple[int, list[str]]:
    """How many faults in the solution were tried, one in so many, and which of them the judge accepts."""
    if not isinstance(answers(lesson, "RIGHT")[name][0], FunctionType | partial | type):
        return 0, []
    own = {each: value for each, value in vars(import_module(f"answers.{module(lesson)}")).items() if each[0] != "_"}
    found = solution(page(lesson), name, own)
    assert found, f"the solution of {name} is no function that can be tried by itself"
    check(name, found.run(ast.parse(found.source)))
    tried = [*mutants(found.source)][::every]
    passed = []
    with monkeypatch.context() as short:
        short.setattr(running, "SECONDS", 2.0)  # some have no end
        for words, program in tried:
            with contextlib.suppress(Exception):  # NotYet among them; others come while it is only defined
                check(name, found.run(program))
                passed.append(words)
    return len(tried), passed


def explained() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "survivors.toml").read_text("utf-8"))


@by_lesson
def test_a_function_that_gives_its_first_result_again_and_again_is_refused(lesson: str, subtests: pytest.Subtests):
    """A judge calls a function with other arguments too, so that no result can be copied from a hint."""
    for name in JUDGES[module(lesson)]:
        right = answers(lesson, "RIGHT")[name][0]
        if not isinstance(right, FunctionType | partial):
            continue
        results: list[Any] = []

        def first(*args: Any, right: Any = right, results: list[Any] = results, **named: Any) -> Any:
            result = right(*args, **named)
            results.append(result.detach().clone() if isinstance(result, torch.Tensor) else copy.deepcopy(result))
            return copy.deepcopy(results[0])

        with subtests.test(name):
            hint(name, first)


@by_lesson
def test_faults_in_a_solution_are_refused(lesson: str, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests):
    for name in JUDGES[module(lesson)]:
        with subtests.test(name):
            _, passed = faults_that_pass(lesson, name, monkeypatch, every=5)
            assert set(passed) - explained().get(name, {}).keys() == set()


@pytest.mark.weekly
def test_nineteen_of_twenty_faults_are_refused_and_each_other_one_is_explained(monkeypatch: pytest.MonkeyPatch):
    found = {name: faults_that_pass(lesson, name, monkeypatch) for lesson in PATHS for name in JUDGES[module(lesson)]}
    for name, (tried, passed) in found.items():
        print(f"{name}: {tried - len(passed)} of {tried} faults refused")
    assert {name: {*passed} for name, (_, passed) in found.items() if passed} == {
        name: {*reasons} for name, reasons in explained().items()
    }
    assert sum(len(passed) for _, passed in found.values()) <= 0.05 * sum(tried for tried, _ in found.values())


def asks_for_passengers(lesson: str) -> bool:
    judges = ROOT / "src" / "foundations" / "exercises" / f"{module(lesson)}.py"
    table = ROOT / "tests/foundations/exercises/answers" / f"{module(lesson)}.py"
    return any(path.exists() and "titanic(" in path.read_text("utf-8") for path in (judges, table))


@pytest.mark.parametrize("lesson", [*filter(asks_for_passengers, PATHS)])
def test_answers_hold_with_either_list_of_passengers(
    lesson: str, passengers_from: str, capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
):
    # Anew, since it may compute with the passengers.
    table = runpy.run_path(str(ROOT / "tests/foundations/exercises/answers" / f"{module(lesson)}.py"))
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


def leaving(*args: object) -> object:
    sys.exit(3)


class Odd:
    def __len__(self) -> int:
        return 2


class Broken:
    def __getattr__(self, name: str) -> object:
        raise ValueError("broken")


ODD = [
    *(None, ..., True, 0, -3, 2.5, 1j, "text", b"12", float("nan"), float("inf"), [], (), {}, set(), object(), Odd()),
    *([1, "two"], [None, None], [None] * 3, [[], []], ("ab", "cd"), {0.05: "x", 0.1: 1, 0.2: 1, 0.22: 1}, range(3)),
    *(torch.zeros(0), torch.zeros(2, 2), torch.zeros(3, dtype=torch.complex64), torch.ones(3, dtype=torch.bool)),
    *(torch.full((3,), float("nan")), torch.zeros(1), torch.zeros(3, requires_grad=True), torch.nn.Linear(3, 1), torch),
    *(torch.zeros(2).numpy(), torch.zeros(3).numpy().astype(object), [torch.zeros(2), torch.zeros(3)], int, print),
    *(torch.zeros(3, device="meta"), torch.zeros(1).expand(10**12), range(10**12), 10**400, Broken()),
    *(
        torch.eye(3).to_sparse(),
        torch.zeros(3, dtype=torch.bfloat16),
        np.array("text"),
        np.array(None),
        (n for n in "ab"),
    ),
    *(
        raising,
        leaving,
        lambda: 1,
        lambda *a: None,
        lambda *a: "text",
        lambda *a: a,
        lambda *a: torch.zeros(4, 5),
        lambda *a: ...,
        lambda *a: torch.zeros(3, device="meta"),
        lambda *a: (each for each in a),
        lambda *a: torch.zeros(1).expand(10**12),
        lambda *a: torch.set_default_dtype(torch.float64),
        lambda *a: torch.set_grad_enabled(False),
    ),
    *(lambda *a: float("nan"), lambda *a: [], lambda *a: int, lambda *a: torch.tensor(1j), lambda *a: True),
]


@by_lesson
def test_whatever_comes_in_a_hint_comes_out(lesson: str, subtests: pytest.Subtests):
    before = running.settings(), torch.get_rng_state().tolist()
    for name in JUDGES.get(module(lesson), ()):
        with subtests.test(name):
            for number, answer in enumerate(ODD):
                words = hint(name, answer)
                assert len(words) > len(name) + 10, f"ODD[{number}]"
                assert "cannot be judged" not in words, words
    assert (running.settings(), torch.get_rng_state().tolist()) == before


def test_the_answers_own_error_stays_in_the_traceback():
    with pytest.raises(NotYet) as caught:
        check("at_two", raising)
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(NotYet) as caught:
        check("at_two", 17)
    assert caught.value.__cause__ is None


def test_even_what_surprises_a_judge_gets_a_hint():
    itself: list[object] = []
    itself.append(itself)
    assert "a list of 1 cannot be judged: RecursionError" in hint("spreads", itself)


def test_an_answer_may_move_its_module_to_a_gpu_and_may_not_lose_it():
    right = answers("memory-and-precision", "RIGHT")["training_bytes"][0]
    with pretended("cuda"):
        check("training_bytes", lambda net, copies: right(net.to("cuda"), copies))
    for lost in (lambda net: net.to("meta"), lambda net: net.half()):
        assert "changes 0.weight of Sequential from float32 on cpu to" in hint(
            "training_bytes", lambda net, c, f=lost: right(f(net), c)
        )


def endless(*args: object) -> object:
    while True:
        with contextlib.suppress(Exception):
            raise KeyError("lost")


class Module(torch.nn.Module):
    forward = endless


def test_what_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(running, "SECONDS", 0.05)
    assert "was stopped: does a loop in it never end, or go round far too often?" in hint("at_two", endless)
    assert "was stopped: does a loop in it never end, or go round far too often?" in hint("at_two", Module())
    monkeypatch.setattr(threading.Thread, "start", raising_runtime_error)
    check("at_two", partial(quad, x=2))


def raising_runtime_error(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_what_an_answer_prints_stands_on_lines_of_its_own(capsys: pytest.CaptureFixture[str]):
    def talking(a, b, c):
        print("here", end="")
        return quad(a, b, c, 2)

    check("at_two", talking)
    printed, line = capsys.readouterr().out.splitlines()
    assert printed == "here" * 4
    assert line.startswith("✓ at_two: ")


def test_an_import_is_not_stopped_half_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "slow_to_import.py").write_text("n = 0\nwhile n < 1_000_000:\n    n += 1\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(running, "SECONDS", 0.005)

    def importing(a, b, c):
        import_module("slow_to_import")
        while True:
            pass

    assert "was stopped" in hint("at_two", importing)
    assert sys.modules["slow_to_import"].n == 1_000_000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda: torch.set_grad_enabled(False), "leaves gradients switched off"),
        (lambda: torch.set_default_dtype(torch.float64), "leaves the default dtype set to torch.float64"),
        (lambda: torch.set_default_device("meta"), "leaves the default device set to meta"),
    ],
)
def test_a_setting_that_an_answer_changes_is_named_and_put_back(change, words: str):
    before = running.settings()
    assert words in hint("at_two", lambda a, b, c: (change(), quad(a, b, c, 2))[1])
    assert running.settings() == before


def test_random_numbers_go_on_as_before(capsys: pytest.CaptureFixture[str]):
    def drawing(a, b, c):
        torch.manual_seed(5)
        np.random.seed(5)  # noqa: NPY002
        random.random()
        return quad(a, b, c, 2)

    def shared():
        return torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002

    before = shared()
    check("at_two", drawing)
    assert "It sets the seed" in capsys.readouterr().out
    assert shared() == before


def test_an_unknown_exercise_names_the_nearest():
    with pytest.raises(ValueError, match="there is no exercise 'at_tow'; there is 'at_two'"):
        check("at_tow", 17)
    with pytest.raises(ValueError, match=r"'at_two', .*'spreads'"):
        check("qqqq", 17)


def test_the_name_comes_first():
    with pytest.raises(TypeError, match=r'check\("at_two", at_two\) takes the name'):
        check(partial(quad, x=2), "at_two")


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
