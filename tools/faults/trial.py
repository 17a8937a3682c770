"""One fault after another in a copy of the project, until a test fails."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock

from .fault import Fault

# Seconds without a word from pytest, which says the name of each test: a fault may make a loop endless.
PATIENCE = 400
NO_TEST = "pytest itself, before the first test"
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py(?:::.*?)?)(?: - .*)?$", re.M)
STARTED = re.compile(r"^(\S+?\.py::.*?)(?: (?:PASSED|FAILED|ERROR|SKIPPED|XFAIL|SUB[A-Z]+)\b.*)?$", re.M)


def without(*patterns: str) -> Callable[[str, list[str]], set[str]]:
    """What a copy of the project leaves out, for `shutil.copytree`: names like these, and the built site.

    The site lies beside mkdocs.yml. Elsewhere a folder of that name has tests.
    """
    like_these = shutil.ignore_patterns(*patterns)

    def left_out(folder: str, names: list[str]) -> set[str]:
        return like_these(folder, names) | ({"site"} if "mkdocs.yml" in names else set())

    return left_out


@dataclass
class Results:
    """What is known so far, in a file of one JSON object a line: what each fault's trial gave.

    Args:
        path: The file; it is begun where there is none.
    """

    path: Path
    found: dict[str, dict[str, object]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        if self.path.exists():
            lines = self.path.read_text("utf-8").splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]
            if whole != lines:  # a run that was stopped has written half a line
                self.path.write_text("".join(whole), "utf-8")
            self.found = {json.loads(line)["name"]: json.loads(line) for line in whole}

    def add(self, fault: Fault, by: str | None) -> None:
        """Note which test noticed a fault, or that none did."""
        with self.lock:
            self.found[fault.name] = asdict(fault) | {"by": by}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(self.found[fault.name]) + "\n")

    def by(self, fault: Fault) -> str | None:
        """The test that noticed a fault, or None."""
        by = self.found[fault.name]["by"]
        return None if by is None else str(by)


@dataclass
class Copy:
    """A copy of the project, in which one fault at a time stands.

    Args:
        source: The project.
        folder: Where its copy is made.
        patience: Seconds without a word from pytest after which a run is stopped.
    """

    source: Path
    folder: Path
    patience: float = PATIENCE
    sound: set[str] = field(default_factory=lambda: {NO_TEST})  # what passes where there is no fault
    unsound: set[str] = field(default_factory=set)  # and what does not
    process: subprocess.Popen[bytes] | None = None  # the tests that run just now
    stopped: bool = False

    def __post_init__(self) -> None:
        left_out = without(".git", ".venv*", "seeded_faults", "__pycache__", "*_cache")
        shutil.copytree(self.source, self.folder, ignore=left_out)

    def noticed_by(self, fault: Fault, groups: Sequence[Sequence[str]]) -> str | None:
        """The test that fails with the fault and passes without it.

        Args:
            fault: The fault.
            groups: Tests; a group is run only if nothing in those before it has failed.

        Returns:
            The test as pytest names it, or None if all pass.

        Raises:
            ValueError: There are no such tests, one cannot even be collected, or the fault does not fit its file.
        """
        file = self.folder / fault.file
        text = file.read_text("utf-8")
        changed = fault.put_into(text)
        if not any(self.existing(group) for group in groups):
            missing = ", ".join(test for group in groups for test in group)
            raise ValueError(f"{fault.name}: the project has none of {missing}")
        for group in groups:
            while True:
                file.write_text(changed, "utf-8")
                try:
                    failed = self.first_failure(group, fault.select)
                finally:
                    file.write_text(text, "utf-8")
                if failed is None:
                    break
                if failed in self.unsound:
                    raise ValueError(f"{failed} fails as it is, and cannot be left out: mend it first")
                if failed not in self.sound and self.fails(failed):
                    self.unsound.add(failed)
                    continue  # look on, without that test
                self.sound.add(failed)
                return failed
        return None

    def fails(self, test: str) -> bool:
        """Whether a test fails in the copy as it is; of a file that could not be read, whether it can't be read now."""
        return self.first_failure([test], collect_only="::" not in test) is not None

    def first_failure(self, tests: Sequence[str], keyword: str = "", *, collect_only: bool = False) -> str | None:
        """Run tests until one fails, and say which; one that hangs has failed, too."""
        tests = self.existing(tests)
        if not tests:
            return None
        command = [sys.executable, "-m", "pytest", "-x", "-v", "-p", "no:randomly", "-p", "no:cacheprovider", "-rfE"]
        command += ["--tb=no", "--color=no", *(f"--deselect={test}" for test in sorted(self.unsound - set(tests)))]
        command += ["-k", keyword] * bool(keyword)
        command += ["--collect-only"] * collect_only
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(self.folder / "src"), str(self.folder / "kit")]),
            "PYTHONDONTWRITEBYTECODE": "1",  # a changed module may be as large and as old as the one before
            "OMP_NUM_THREADS": "1",
            "CI": "true",  # as in the whole run
        }
        if self.stopped:
            raise KeyboardInterrupt
        self.process = process = subprocess.Popen(
            [*command, *tests], cwd=self.folder, env=environment, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, hung = self.listen(process)
        finally:
            self.end()
            process.communicate()
        if self.stopped:
            raise KeyboardInterrupt
        if hung:
            return last(STARTED, said) or NO_TEST
        if process.returncode == 0:
            return None
        if failed := last(FAILED, said):
            return failed
        if process.returncode in (4, 5) and "conftest" not in said:
            raise ValueError(f"there are no tests {' '.join(tests)} -k '{keyword}':\n{said[-2000:]}")
        return last(STARTED, said) or NO_TEST

    def end(self) -> None:
        """End the tests that run just now, and whatever they have started."""
        if self.process and self.process.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()

    def stop(self) -> None:
        """End the tests that run just now, and begin no others."""
        self.stopped = True
        self.end()

    def existing(self, tests: Sequence[str]) -> list[str]:
        """Those tests whose files the project has."""
        return [test for test in tests if (self.folder / test.partition("::")[0]).exists()]

    def listen(self, process: subprocess.Popen[bytes]) -> tuple[str, bool]:
        """All that a process says, and whether it fell silent for too long."""
        assert process.stdout
        said = b""
        while True:
            ready, _, _ = select.select([process.stdout], [], [], self.patience)
            if not ready:
                return said.decode("utf-8", "replace"), True
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                process.wait()
                return said.decode("utf-8", "replace"), False
            said += piece


def last(pattern: re.Pattern[str], said: str) -> str | None:
    """The last of what a pattern finds."""
    found = pattern.findall(said)
    return found[-1].strip() if found else None
