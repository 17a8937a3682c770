"""Which tests and pages watch a file of the project."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("src/foundations")
CODE = ("kit", "src")
# Tests of the site as a whole, or of other machines, that no fault of one function should have to reach.
SLOW = ("test_cold_builds", "test_cuda", "test_labs", "test_notebooks", "test_setup", "test_site", "test_warm_builds")
EXAMPLES = "test_contributing"  # names functions, but only in commands
UNIT_TESTS = ("tests/foundations/**/test_*.py", "tests/[!fk]*/test_*.py", "tests/test_*.py")
EXERCISES = "tests/foundations/exercises/test_exercises.py"
# The page that shows what a script does; any other script or style is looked at on the first of them.
SHOWN_ON = {
    "": "lessons/broadcasting",
    "sketch-pad.js": "lessons/three-or-seven",
    "steps.js": "lessons/an-engine-of-your-own",
}
IN_A_BROWSER = ("tests/site/browser/test_pages.py::test_a_page[{}/]",)


def dotted(path: str | Path) -> str:
    """The name of the module that is in a file of src/ or kit/."""
    return ".".join(Path(path).with_suffix("").parts[1:]).removesuffix(".__init__")


def public_names(module: str) -> list[str]:
    """The names that the package offers of one of its modules, such as curves/losses, and the module's own name.

    Of a module for its room alone, such as trees/_nodes, these are the names of the modules that import it.
    """
    name = dotted(PACKAGE / module)
    listed = (ROOT / PACKAGE / "__init__.pyi").read_text("utf-8")
    names = [*re.findall(rf"^from {re.escape(name)} import (\w+)", listed, re.M), name]
    if "/_" in module:
        for other in sorted((ROOT / PACKAGE / module).parent.glob("*.py")):
            if re.search(rf"^from {re.escape(name)} import", other.read_text("utf-8"), re.M):
                names += public_names(other.relative_to(ROOT / PACKAGE).with_suffix("").as_posix())
    return names


def using(module: str, pattern: str) -> list[Path]:
    """The files of the project that name what a module of foundations offers."""
    return naming(words_of(module), pattern)


def words_of(module: str) -> re.Pattern[str]:
    """What names something of a module of foundations."""
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in public_names(module)))


def naming(names: re.Pattern[str], pattern: str) -> list[Path]:
    """The files of the project that have some words in them."""
    found = sorted(path.relative_to(ROOT) for path in ROOT.glob(pattern))
    return [path for path in found if names.search((ROOT / path).read_text("utf-8", errors="replace"))]


def unit_tests(module: str) -> list[str]:
    """The files of tests that use a module of foundations, its own first."""
    units = [path for pattern in UNIT_TESTS for path in using(module, pattern) if path.stem not in (*SLOW, EXAMPLES)]
    own = [path for path in units if path.stem == f"test_{Path(module).name.lstrip('_')}"]
    return [path.as_posix() for path in own + [path for path in units if path not in own]]


def page_test(page: str) -> str:
    """The test that runs a page; of one that calls `titanic()`, with simulated passengers."""
    if "titanic(" in (ROOT / page).read_text("utf-8"):
        return f"tests/site/test_lessons.py::test_page_runs_with_either_list_of_passengers[simulated-{page}]"
    return f"tests/site/test_lessons.py::test_page_runs[{page}]"


def tests_of(module: str) -> list[str]:
    """The tests that should notice a fault in a module of foundations, the quickest first."""
    pages = [path.as_posix() for path in using(module, "docs/**/*.md")]
    pages.sort(key=lambda page: "titanic(" in (ROOT / page).read_text("utf-8"))
    lessons = [page_test(page) for page in pages]
    return [*unit_tests(module), "tests/test_docstrings.py", EXERCISES, *lessons]


@dataclass
class Watchers:
    """What watches some files of the project, the nearest first."""

    pages: list[str] = field(default_factory=list)  # pages to look at as a whole
    runs: list[str] = field(default_factory=list)  # pages whose code is to run
    tests: list[str] = field(default_factory=list)  # files of tests, or single tests
    only: dict[str, set[str]] = field(default_factory=dict)  # of these files, the cases with these names alone
    shown: list[str] = field(default_factory=list)  # pages to look at in a browser
    unwatched: list[str] = field(default_factory=list)  # what only the whole suite watches

    def add(self, *tests: str) -> None:
        """Add files of tests, those that watch the whole site apart."""
        for test in tests:
            if test.startswith("tests/site/browser/") or Path(test).stem in SLOW:
                self.unwatched.append(test)
            elif test not in self.tests:
                self.tests.append(test)
            else:
                self.only.pop(test, None)

    def cases(self, test: str, *names: str) -> None:
        """Add the cases of a file of tests that have these names; all of them, if the whole file is there already."""
        if test not in self.tests:
            self.only.setdefault(test, set())
            self.tests.append(test)
        if test in self.only:
            self.only[test] |= set(names)


def watchers(changed: Iterable[str]) -> Watchers:
    """What watches some files.

    Args:
        changed: paths within the project.

    Returns:
        Pages and tests.
    """
    found = Watchers()
    for path in changed:
        watch(path, found)
    found.tests.sort(key=lambda test: test not in changed)  # a changed test is the nearest of all
    found.pages = list(dict.fromkeys(found.pages))
    found.runs = [page for page in dict.fromkeys(found.runs) if page not in found.pages]
    return found


def watch(path: str, found: Watchers) -> None:
    """Add what watches one file."""
    parts, name = Path(path).parts, Path(path).name
    stem, there = Path(path).stem, (ROOT / path).is_file()
    if parts[0] == "docs" and name.endswith(".md"):
        if there:
            found.pages.append(path)
        else:
            links = re.compile(rf"\b{re.escape(name)}\b")
            found.pages += [page.as_posix() for page in naming(links, "docs/**/*.md")]
        if parts[1] in ("errata.md", "errata-originals.md", "glossary.md"):
            found.add(f"tests/site/test_{stem.partition('-')[0]}.py")
    elif parts[:3] == ("src", "foundations", "exercises") and lesson_of(stem):
        watch_lesson(lesson_of(stem), found)
    elif parts[:3] == ("src", "foundations", "exercises") and stem == "index":
        found.cases(EXERCISES)  # those without a case ask whether it names all judges
    elif parts[:3] == ("src", "foundations", "exercises"):
        found.add(EXERCISES)
    elif parts[:2] == ("src", "foundations") and name.endswith(".py") and stem != "__init__":
        module = Path(path).relative_to(PACKAGE).with_suffix("").as_posix()
        found.add(*unit_tests(module))
        found.cases("tests/test_docstrings.py", dotted(path))
        used = words_of(module)
        pages = [page.as_posix() for page in naming(used, "docs/**/*.md")]
        pages.sort(key=lambda page: -len(used.findall((ROOT / page).read_text("utf-8"))))
        found.cases(EXERCISES, *(Path(page).stem for page in pages))
        found.runs += pages
    elif "answers" in parts:
        watch_lesson(lesson_of(stem), found)
    elif parts[0] == "theme" or name.endswith((".js", ".css")):
        found.shown.append(SHOWN_ON.get(name, SHOWN_ON[""]))
        found.add(*mentioning(name), *(mentioning(parts[1]) if parts[0] in CODE else []))
    elif parts[0] in CODE and name.endswith((".py", ".pyi")):
        found.add(*mentioning(dotted(path)), *mentioning(parts[1]))
        found.cases("tests/test_docstrings.py", dotted(path))
    elif parts[0] == "benchmarks":
        found.add("tests/test_benchmarks.py")
    elif parts[0] == "tests" and stem.startswith("test_"):
        if there:
            found.add(path)
    elif parts[0] == "tests" and name.endswith(".py"):
        found.add(*mentioning(rf"(?:from|import) {stem}", escape=False))
        found.unwatched += ["every test"] * (stem == "conftest")
    elif path == "tests/curriculum.yml" or path == "mkdocs.yml":
        found.add("tests/tools/test_page_rules.py::test_a_page_of_the_course_keeps_the_rules")
    elif parts[0] == "docs" and name.endswith(".ipynb"):
        found.unwatched.append("tests/site/test_labs.py")
    else:
        found.add(*(mentioning(stem) if parts[0] == "tools" else mentioning(name) or mentioning(stem)))


def watch_lesson(page: str, found: Watchers) -> None:
    """Add a lesson whose judges or answers have changed."""
    if page:
        found.pages.append(page)
        found.cases(EXERCISES, Path(page).stem)


def lesson_of(module: str) -> str:
    """The lesson whose judges and answers are in files of this name; empty where there is none."""
    found = (ROOT / "docs/lessons").glob(f"{module.replace('_', '-')}.md")
    return next((path.relative_to(ROOT).as_posix() for path in found), "")


def mentioning(words: str, *, escape: bool = True) -> list[str]:
    """The files of tests that name something."""
    pattern = re.compile(rf"(?<!\w){re.escape(words) if escape else words}\b")
    return [path.as_posix() for path in naming(pattern, "tests/**/test_*.py")]
