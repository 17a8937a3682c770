"""Every example in a docstring runs, through mktestdocs, and a failure names its line in the source file."""

import ast
import importlib
import inspect
import re
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import mktestdocs
import mktestdocs.__main__
import pytest
from project_root import ROOT

import foundations
from page_runner.page import PageError, Snippet, read_items

Run = Callable[[str, Any], list[tuple[int, str]]]  # runs a named object's examples: their lines and sources


def modules() -> Iterator[str]:
    """The modules that write a fence somewhere, and all that the course offers, which need examples."""
    for path in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "kit").rglob("*.py")]):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts[1:]).removesuffix(".__init__")
        if path.stem != "__main__" and (is_offered(name) or re.search("```|~~~", path.read_text("utf-8"))):
            yield name


def is_offered(name: str) -> bool:
    """Whether a module, function or method is part of what the course offers to its readers: all but the judges."""
    package, *parts = name.split(".")
    judge = parts[:1] == ["exercises"] and parts[1:2] not in ([], ["check"], ["NotYet"])
    return package == "foundations" and not judge and not any(part.startswith("_") for part in parts)


def objects(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """A module, its functions and classes, and their methods: what has a docstring."""
    if inspect.getdoc(module):
        yield module.__name__, module
    for name, value in vars(module).items():
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            yield from methods(f"{module.__name__}.{name}", value)
        if has_docstring(inspect.unwrap(value)):
            yield f"{module.__name__}.{name}", inspect.unwrap(value)


def methods(name: str, cls: type) -> Iterator[tuple[str, Any]]:
    for key, member in vars(cls).items():
        for wrapped in ("__func__", "fget", "func"):  # of a classmethod or staticmethod, property, cached property
            member = getattr(member, wrapped, member)
        if inspect.isfunction(member) and member.__module__ == cls.__module__ and has_docstring(member):
            yield f"{name}.{key}", inspect.unwrap(member)


def has_docstring(value: Any) -> bool:
    """Whether a function or class has a docstring that someone wrote: a data class makes one of its own."""
    return (
        (inspect.isfunction(value) or inspect.isclass(value))
        and bool(value.__doc__)
        and docstring_line(value) is not None
    )


def docstring_line(obj: Any) -> int | None:
    """The line of its file on which an object's docstring begins; None where it has none."""
    lines, start = inspect.getsourcelines(obj)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    node = tree if inspect.ismodule(obj) else tree.body[0]
    assert isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    if ast.get_docstring(node) is None:
        return None
    return max(start, 1) + node.body[0].lineno - 1


def file_of(obj: Any) -> str:
    path = Path(inspect.getfile(obj)).resolve()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def sections(docstring: str) -> str:
    """A docstring as Markdown reads it on a page: its sections, such as Example, are not indented."""
    text = inspect.cleandoc(docstring)
    return text if re.search("^```", text, re.M) else re.sub("^ {4}", "", text, flags=re.M)


def shown_as_python(name: str, obj: Any) -> list[tuple[int, str]]:
    """The line and the source of each fence that a reader takes for Python; an error unless it would run."""
    file, first = file_of(obj), docstring_line(obj)
    assert first is not None, f"{name}: {file} gives it no docstring"
    try:
        items = list(read_items(sections(obj.__doc__), file))
    except PageError as error:
        pytest.fail(f"{name}: {file}:{first + error.line - 1}: {error.message}", pytrace=False)
    shown = [(first + item.line - 1, item.source) for item in items if isinstance(item, Snippet)]
    seen = mktestdocs.grab_code_blocks(obj.__doc__, lang="python")
    for index, (line, source) in enumerate(shown):
        if index >= len(seen) or seen[index] != source:
            pytest.fail(
                f"{name}: {file}:{line - 1}: mktestdocs would not run this fence as it stands: "
                "open it with ```python alone, and write no ``` within or above it but those of fences",
                pytrace=False,
            )
    assert len(seen) == len(shown), f"{name}: mktestdocs would run something that is not shown as Python"
    return shown


@pytest.fixture
def run_docstring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """A function that runs an object's examples, each on its own, and gives back where and what they are."""

    def run(name: str, obj: Any) -> list[tuple[int, str]]:
        waiting = shown_as_python(name, obj)
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.chdir(folder)
        file, path = file_of(obj), inspect.getfile(obj)
        ran = []

        def execute(source: str) -> None:
            line, expected = waiting.pop(0)
            assert source == expected
            try:
                # The code keeps its place in the file, so that a traceback shows the docstring's own lines.
                exec(compile("\n" * (line - 1) + source, path, "exec"), {"__name__": "__main__"})
            except (Exception, SystemExit) as error:
                raise AssertionError(
                    f"{name}: {file}:{failing_line(error, path, line)}: {type(error).__name__}: {error}"
                ) from error
            ran.append((line, source))

        mktestdocs.register_executor("python", execute)
        mktestdocs.check_docstring(obj, lang="python")
        assert waiting == []
        return ran

    # monkeypatch puts back the executor that was there: register_executor changes it for the whole process.
    executors = mktestdocs.__main__._executors
    monkeypatch.setitem(executors, "python", executors["python"])
    matplotlib.use("Agg")
    yield run
    plt.close("all")


def failing_line(error: BaseException, path: str, first: int) -> int:
    if isinstance(error, SyntaxError) and error.filename == path and error.lineno:
        return error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == path and frame.name == "<module>" and frame.lineno:
            return frame.lineno
    return first


@pytest.mark.parametrize("module", [*modules()])
def test_examples_run(module: str, run_docstring: Run, subtests: pytest.Subtests):
    for name, obj in [*objects(importlib.import_module(module))]:  # now: an example may import more
        with subtests.test(name):
            ran = run_docstring(name, obj)
            assert [source for _, source in ran] == mktestdocs.grab_code_blocks(obj.__doc__, lang="python")
            assert ran or not is_offered(name) or inspect.ismodule(obj), f"{name} has no example"


def test_whatever_has_an_example_is_among_them():
    found = {name: dict(objects(importlib.import_module(name))) for name in modules()}
    listed = {f"{value.__module__}.{value.__qualname__}" for value in map(foundations.__getattr__, foundations.__all__)}
    listed |= {
        "foundations.curves.rectified.ReluSum.__call__",
        "foundations.trees._levels.check_rows",
        "live_charts.chart.live",
    }
    listed |= {"offline_site.plugin.listed", "page_runner.page.read_page"}
    assert listed <= {name for names in found.values() for name in names}
    for module, names in found.items():
        written = Path(inspect.getfile(importlib.import_module(module))).read_text("utf-8").count("```python\n")
        assert written == sum(obj.__doc__.count("```python\n") for obj in set(names.values())), module


def test_what_is_offered_says_what_goes_in_and_what_comes_out(subtests: pytest.Subtests):
    """Functions, and methods and dunders that a reader calls; what a subclass overrides is said in its base."""
    count = 0
    for module in filter(is_offered, modules()):
        for name, obj in objects(importlib.import_module(module)):
            if not inspect.isfunction(obj) or "._" in name.replace(".__", ""):
                continue
            count += 1
            arguments = [each for each in inspect.signature(obj).parameters if each not in ("self", "cls")]
            given = str(inspect.signature(obj).return_annotation)
            with subtests.test(name):
                sections = re.findall(r"^(\w+):$", inspect.cleandoc(obj.__doc__ or ""), re.M)
                assert ("Args" in sections) == bool(arguments)
                assert ("Returns" in sections or "Yields" in sections) == (given not in ("None", "NoReturn"))
                assert "Example" in sections or name.endswith(".__init__")  # of which the class has one
    assert count > 130


def test_methods_operators_and_calls_of_what_is_offered_have_a_docstring():
    """Those that only turn another one round, what Python calls by itself and what a base has said already need none."""
    turned = {"__radd__", "__rmul__", "__rsub__", "__rtruediv__"}
    unasked = {"__init__", "__repr__", "__post_init__", "__init_subclass__"}
    silent, count = [], 0
    for name in foundations.__all__:
        cls = getattr(foundations, name)
        if inspect.isclass(cls) and not issubclass(cls, Exception):
            written = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
            assert isinstance(written, ast.ClassDef)
            for each in written.body:
                if isinstance(each, ast.FunctionDef) and (each.name.startswith("__") or each.name[0] != "_"):
                    count += 1
                    said = each.name in turned | unasked or any(each.name in vars(base) for base in cls.__mro__[1:-1])
                    if not said and not ast.get_docstring(each):
                        silent.append(f"{name}.{each.name}")
    assert silent == []
    assert count > 50


def test_what_the_kit_says_of_arguments_and_errors_begins_with_a_capital_letter():
    small, count = [], 0
    for path in sorted((ROOT / "kit").glob("*/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                for section in re.findall(r"^(?:Args|Raises):\n((?: {4}.*\n?)+)", ast.get_docstring(node) or "", re.M):
                    entries = re.findall(r"^ {4}\*{0,2}\w+: \S+", section, re.M)
                    small += [f"{path.name}: {entry.strip()}" for entry in entries if entry.split(": ")[1][0].islower()]
                    count += len(entries)
    assert small == [] and count > 100


@pytest.fixture
def module_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A function that makes a module of one function with this docstring, and imports it."""

    def make(docstring: str) -> ModuleType:
        indented = textwrap.indent(docstring, "    ")
        code = f'def example():\n    """Show an example.\n\n{indented}    """\n'
        (tmp_path / "written_here.py").write_text(code, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "written_here", raising=False)
        module = importlib.import_module("written_here")
        monkeypatch.setitem(sys.modules, "written_here", module)
        return module

    return make


@pytest.mark.parametrize(
    ("code", "line", "message"),
    [
        ("x = 1\nassert x == 2\n", 6, "AssertionError"),
        ("x = 1\n\n\nint('one')\n", 8, "ValueError: invalid literal for int"),
        ("def f():\n    return 1 / 0\n\nf()\n", 8, "ZeroDivisionError: division by zero"),
        ("x = 1\nx = = 2\n", 6, "SyntaxError: invalid syntax"),
        ("raise SystemExit(3)\n", 5, "SystemExit: 3"),
    ],
)
def test_an_example_that_fails_is_caught_and_its_line_named(
    code: str,
    line: int,
    message: str,
    module_of: Callable[[str], ModuleType],
    run_docstring: Run,
):
    module = module_of(f"```python\n{code}```\n")
    ((name, obj),) = objects(module)
    with pytest.raises(AssertionError) as caught:
        run_docstring(name, obj)
    assert str(caught.value).startswith(f"written_here.example: {file_of(obj)}:{line}: {message}")


def test_an_example_may_fail_after_others_that_ran(module_of: Callable[[str], ModuleType], run_docstring: Run):
    module = module_of("```python\nx = 1\n```\n\nAnd then:\n\n```python\nx\n```\n")
    with pytest.raises(AssertionError, match=r"written_here\.py:11: NameError: name 'x' is not defined"):
        run_docstring("written_here.example", module.example)


@pytest.mark.parametrize(
    "fence",
    [
        "```py\nx = 1\n```\n",
        '```python title="x.py"\nx = 1\n```\n',
        "```python \nx = 1\n```\n",
        "```{.python}\nx = 1\n```\n",
        "````python\nx = 1\n````\n",
        "~~~python\nx = 1\n~~~\n",
        "```python\nticks = '```'\nx = 1\n```\n",
        "```python\nx = 1\n",
        "Written with ```` ```python ````, thus:\n\n```python\nx = 1\n```\n",
    ],
)
def test_a_fence_that_would_be_skipped_in_silence_is_reported(
    fence: str,
    module_of: Callable[[str], ModuleType],
    run_docstring: Run,
):
    module = module_of(fence)
    opening = next(number for number, line in enumerate(fence.splitlines(), 4) if line.startswith(("`", "~")))
    with pytest.raises(pytest.fail.Exception, match=rf"written_here\.py:{opening}: "):
        run_docstring("written_here.example", module.example)


def test_a_fence_of_text_is_left_alone(module_of: Callable[[str], ModuleType], run_docstring: Run):
    module = module_of("```text\nnot = = Python\n```\n\n```python\nx = 1\n```\n")
    assert run_docstring("written_here.example", module.example) == [(9, "x = 1\n")]


def test_methods_are_among_what_is_checked(module_of: Callable[[str], ModuleType]):
    module = module_of("No example.\n")
    code = """
        class Box:
            @property
            def size(self):
                "Say how large."

            def _hidden(self):
                "Not public."

            def __call__(self):
                "Do what a box does."

            def no_docstring(self):
                pass
    """
    path = Path(inspect.getfile(module.example))
    path.write_text(path.read_text(encoding="utf-8") + textwrap.dedent(code), encoding="utf-8")
    importlib.reload(module)
    box = [f"written_here.Box.{name}" for name in ("size", "_hidden", "__call__")]
    assert [name for name, _ in objects(module)] == ["written_here.example", *box]


def test_the_executor_is_put_back():
    executor = mktestdocs.__main__._executors["python"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(mktestdocs.__main__._executors, "python", executor)
        mktestdocs.register_executor("python", lambda source: None)
    assert mktestdocs.__main__._executors["python"] is executor
