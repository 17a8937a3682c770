"""The pages of error messages: each entry shows the error as it is raised now, and what puts it right."""

from __future__ import annotations

import mmap
import re
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from course_runner import RUNNER
from pretended import pretended
from project_root import ROOT
from torch import nn

from page_runner.page import Snippet, read_page

PAGES = [ROOT / "docs/reference/error-messages.md", ROOT / "docs/reference/more-error-messages.md"]
HEADING = re.compile(r"^### (?P<title>.*?) \{ #(?P<id>[\w-]+) \}$")
A_CARD_MAKES_IT_WORK = {"cuda", "deserialize"}
# What only a card raises, and the file that holds the words; without one it is said by a library that is not installed.
QUOTED = {
    "device-side-assert": "",
    "no-kernel-image": "",
    "forked": "torch/cuda/__init__.py",
    "generator-device": "torch/lib/libtorch_cpu*",
    "mps-float64": "the pretended GPU",
    "numpy-not-available": "torch/lib/libtorch_python*",
    "omp": "",
}


@cache
def titles(path: Path) -> dict[str, str]:
    """Each entry's heading, by its address."""
    return {
        match["id"]: match["title"] for line in path.read_text("utf-8").splitlines() if (match := HEADING.match(line))
    }


def sections(path: Path) -> dict[str, list[int]]:
    """The numbers of the items, snippets and others, that stand in each entry."""
    lines = path.read_text("utf-8").splitlines()
    found: dict[str, list[int]] = {name: [] for name in titles(path)}
    for number, item in enumerate(read_page(path, ROOT).items):
        for line in reversed(lines[: item.line]):
            if match := HEADING.match(line):
                found[match["id"]].append(number)
                break
            if line.startswith("## "):
                break
    return found


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", text.lower().replace("\\", "")))


def test_there_are_many_and_every_heading_has_an_id():
    assert sum(len(titles(path)) for path in PAGES) >= 150
    for path in PAGES:
        assert len(re.findall(r"^### ", path.read_text("utf-8"), re.M)) == len(titles(path))
    first, second = (titles(path).keys() for path in PAGES)
    assert not first & second  # so that an entry can move to the other page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_an_entry_raises_its_error_and_ends_with_what_works(path: Path, subtests: pytest.Subtests):
    items = read_page(path, ROOT).items
    run = RUNNER.result(path)
    assert run.errors == []
    for name, numbers in sections(path).items():
        with subtests.test(name):
            snippets = [number for number in numbers if isinstance(items[number], Snippet)]
            if not snippets:
                assert name in QUOTED
                continue
            raising = [number for number in snippets if "raises" in items[number].options]
            assert "raises" not in items[snippets[-1]].options
            if name in QUOTED or (name in A_CARD_MAKES_IT_WORK and torch.cuda.is_available()):
                continue
            # What cannot be told as one kind of error is caught and printed.
            shown = " ".join(run.outputs[number].error for number in raising) or run.outputs[snippets[0]].text
            assert shown
            assert "\x1b" not in shown
            # The heading is made of the message's own words, and so is found by them.
            missing = words(titles(path)[name]) - words(shown)
            assert len(missing) <= len(words(titles(path)[name])) / 2, missing


@cache
def library(pattern: str) -> mmap.mmap:
    """The bytes of a file among Python's packages."""
    (path,) = [
        path for path in Path(sysconfig.get_path("purelib")).glob(pattern) if path.suffix in (".so", ".py", ".dylib")
    ]
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def on_a_gpu(kind: str, use: Callable[[], object]) -> str:
    with pretended(kind), pytest.raises((RuntimeError, TypeError)) as caught:
        use()
    return str(caught.value)


def test_what_is_quoted_is_what_the_library_says(subtests: pytest.Subtests):
    every = {name: title.replace("\\", "") for path in PAGES for name, title in titles(path).items()}
    for name, pattern in QUOTED.items():
        if pattern.startswith("torch"):
            with subtests.test(name):
                longest = max(re.split(r"'cuda'|'cpu'|;.*", every[name]), key=len).strip(" '")
                assert library(pattern).find(longest.encode()) > 0, longest
    said = on_a_gpu("mps", lambda: torch.ones(3, dtype=torch.float64).to("mps"))
    assert every["mps-float64"] in said
    assert said in PAGES[1].read_text("utf-8")


def test_a_layer_on_a_gpu_and_a_batch_on_the_cpu_are_two_devices():
    text = PAGES[0].read_text("utf-8")
    said = on_a_gpu("cuda", lambda: nn.Linear(3, 1).to("cuda")(torch.ones(4, 3)))
    shared = said.partition("!")[0] + "!"
    assert shared in text  # in the words of an operation with a table of its own
    assert library("torch/lib/libtorch_cpu*").find(b", different from other tensors on ") > 0
    assert (
        "Expected all tensors to be on the same device, but got mat1 is on cpu, different from other tensors on" in text
    )


SYMPTOMS = ROOT / "docs/reference/it-does-not-learn.md"


def test_every_symptom_has_an_address_a_run_causes_and_lessons(subtests: pytest.Subtests):
    text = SYMPTOMS.read_text("utf-8")
    sections = re.split(r"^## ", text, flags=re.M)[1:]
    listed = re.findall(r"^\| .* \| \[.*\]\(#([\w-]+)\) \|$", text, re.M)
    assert listed == [re.search(r"\{ #([\w-]+) \}$", section.split("\n")[0])[1] for section in sections[1:]]
    for section in sections[1:]:
        with subtests.test(section.split("\n")[0]):
            assert 0 < section.find("\n```python\n") < section.find("\n1. ")
            causes = re.findall(r"^\d\. .*\*\*", section, re.M)
            assert len(causes) >= 4
            assert [cause[0] for cause in causes] == [str(1 + number) for number in range(len(causes))]
            assert section.count("](../lessons/") >= 3
