"""The course from what was kept: after edits, a build gives byte for byte what one gives that has kept no page."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builds import copy_some_pages, differing
from course_runner import ROOT
from course_site import Course

LESSONS, PAGES = "docs/lessons/*.md", "docs/**/*.md"
SENTENCE = r"^([A-Z][a-z]+ [^\n`{}<>]*\w)\.$"
# Where, one of the places that fit, and what is to stand there. None of them breaks a link.
EDITS = {
    "a word of prose": (PAGES, SENTENCE, r"\1, indeed."),
    "a paragraph": (PAGES, SENTENCE, r"\1.\n\nAnd so on."),
    "a title": (PAGES, r'\A(---\ntitle: [^"\n]*\w)', r"\1, once more"),
    "a description": (PAGES, r'\A(---\ntitle: .*\ndescription: [^"\n]*\w)\.', r"\1, and more."),
    "a term": ("docs/glossary.md", r"^(:   [A-Z][^\n`]*?\w)\. ", r"\1, they say. "),
    "a question": (LESSONS, r'^\?\?\? question "(?=[A-Z])', '??? question "Now then: '),
    "a snippet": (LESSONS, r"^(```python.*\n)", r"\1# Changed.\n"),
    "a number": (LESSONS, r"(\{\{ [^{}\n]*:\.)2f", r"\g<1>3f"),
    "a module": ("src/foundations/images/*.py", r"\Z", "# Changed.\n"),
    "a part of the kit": ("kit/questions/*.py", r"\Z", "# Changed.\n"),
    "a template": ("theme/*.html", r"\Z", "<!-- changed -->\n"),
    "a style": ("theme/assets/*.css", r"\Z", "/* changed */\n"),
    "a chart's script": ("src/live_charts/assets/*.js", r"\Z", "// Changed.\n"),
    "the menu": ("mkdocs.yml", r"^  - (Back matter[^:\n]*):$", r"  - \1 and more:"),
    "a lab": ("docs/labs/*.ipynb", r"(?<=[a-z]) the (?=[a-z])", " the very "),
}

# `python -m mkdocs` with this folder's own code wherever Python would look into the project's.
HERE = """
import os, runpy, sys
here, there = os.getcwd(), sys.argv.pop(1)
libraries = sys.prefix, sys.base_prefix  # the former may lie in the project
sys.path[:] = [here, *(path if path.startswith(libraries) else path.replace(there, here) for path in sys.path[1:])]
runpy.run_module("mkdocs", run_name="__main__", alter_sys=True)
"""


class Copy:
    """The course, or some of its pages, in another folder, with all that the build of the site for these tests has kept."""

    def __init__(self, folder: Path, course: Course, *, whole: bool):
        self.folder, self.url, self.whole = folder, course.url, whole
        if not whole:
            copy_some_pages(folder)
        unfinished = shutil.ignore_patterns("__pycache__", "*.new", "new-*")
        for name in ("docs", "theme") * whole + ("kit", "src", ".cache"):
            shutil.copytree(ROOT / name, folder / name, ignore=unfinished)
        for name in ("mkdocs.yml",) * whole + ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)

    def edit(self, kind: str, draw: random.Random) -> str:
        """Change one place; says which."""
        pattern, words, new = EDITS[kind]
        places = [
            (path, match)
            for path in sorted(self.folder.glob(pattern))
            for match in re.finditer(words, path.read_text("utf-8"), re.M)
        ]
        path, match = draw.choice(places)
        text = match.string
        path.write_text(text[: match.start()] + match.expand(new) + text[match.end() :], "utf-8")
        return f"{kind} in {path.relative_to(self.folder)}:{text.count(chr(10), 0, match.start()) + 1}"

    def build(self, without: str = "") -> dict[str, bytes]:
        """The files of a build; of one that does not see a folder of what is kept, nor leaves anything there."""
        place, aside = self.folder / without, self.folder.parent / "aside"
        if without:
            place.rename(aside)
        # The same settings as for the site of these tests, or its pages would not count.
        environment = os.environ | {"SITE_URL": self.url, "REPO_URL": "", "SOURCE_DATE_EPOCH": "0"}
        environment |= {"PYTHONUTF8": "1", "NO_MKDOCS_2_WARNING": "1", "PAGE_RUNNER_PATIENCE": "10"}
        command = [sys.executable, "-c", HERE, str(ROOT), "build", "--quiet", *["--strict"] * self.whole]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        if without:
            shutil.rmtree(place)
            aside.rename(place)
        site = self.folder / "site"
        return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}

    def kept(self) -> set[tuple[str, int]]:
        """The kept pages as files: one that is written anew is another."""
        return {(entry.name, entry.inode()) for entry in os.scandir(self.folder / ".cache/pages")}


def test_after_a_few_edits_some_pages_are_as_if_none_were_kept(tmp_path: Path, course: Course):
    copy, draw = Copy(tmp_path / "course", course, whole=False), random.Random(0)
    others = copy.kept()
    copy.build()  # where the libraries lie in the project's folder, pages are not kept for another one
    before = copy.kept()
    edits = [copy.edit(kind, draw) for kind in ("a word of prose", "a term", "a question")]
    cold = copy.build(without=".cache/pages")  # the first, since mkdocs-jupyter drops the labs that a warm build spares
    warm = copy.build()
    assert differing(warm, cold) == [], edits
    assert 2 < len(copy.kept() - before) < len(before - others), "some are made anew, and others are kept"


@pytest.mark.weekly
def test_after_random_edits_the_course_is_as_if_nothing_were_kept(tmp_path: Path, course: Course):
    seed = int(os.environ.get("COURSE_EDITS") or random.SystemRandom().randrange(1_000_000))
    copy, draw = Copy(tmp_path / "course", course, whole=True), random.Random(seed)
    edits = [f"COURSE_EDITS={seed} does it again"]
    for without in (".cache/pages", ".cache/pages", ".cache/pages", ".cache"):
        edits += [copy.edit(kind, draw) for kind in draw.sample(sorted(EDITS), 3)]
        said = "\n".join(edits)
        print(said)
        assert differing(copy.build(), copy.build(without)) == [], said
