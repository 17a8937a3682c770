"""What an exercise needs of the page above it."""

from __future__ import annotations

import builtins
import subprocess
import sys

import pytest
from course_runner import RUNNER
from project_root import ROOT
from tiny_site import fence

from page_runner.names import names
from page_runner.needs import needs
from page_runner.page import Snippet, read_page

LESSONS = sorted((ROOT / "docs" / "lessons").glob("*.md"))


def needed(*sources: str, raises: tuple[int, ...] = ()) -> list[str]:
    """The lines that the last of some snippets needs."""
    snippets = [Snippet(text, 1, options={"raises": "X"} if n in raises else {}) for n, text in enumerate(sources)]
    found = needs(snippets, len(snippets) - 1)
    return [line for n, first, last in found for line in sources[n].split("\n")[first - 1 : last]]


@pytest.mark.parametrize(
    ("sources", "lines"),
    [
        (["a = 1\nb = 2", "print(a)"], ["a = 1"]),
        (["a = 1\na = 2", "print(a)"], ["a = 2"]),
        (["a = []\na.append(1)\na.index(1)\nprint(a)", "len(a)"], ["a = []", "a.append(1)"]),
        (["a = {}\na[1] = 2\nb = a[1]", "a"], ["a = {}", "a[1] = 2"]),
        (["a = 1\nfor i in range(3):\n    a += i\nelse:\n    b = 0", "a"], ["a = 1", *["for i in range(3):", "    a += i", "else:", "    b = 0"]]),
        (["def f():\n    return w", "w = 1\nv = 2", "f()"], ["def f():", "    return w", "w = 1"]),
        (["import torch\ntorch.manual_seed(1)\ntorch.rand(2)", "torch.ones(1)"], ["import torch", "torch.manual_seed(1)"]),
        (["def train(n):\n    n.w = 1", "net = [0]\ntrain(net)", "net"], ["def train(n):", "    n.w = 1", "net = [0]", "train(net)"]),
        (["def grow(n):\n    n.w = 1", "net = [0]\n_ = grow(net)\n", "net"], ["def grow(n):", "    n.w = 1", "net = [0]", "_ = grow(net)"]),
        (["from f import fit", "net = [0]\nlosses = fit(net)\n", "net"], ["from f import fit", "net = [0]", "losses = fit(net)"]),
        (["from f import count", "net = [0]\nn = count(net)\n", "net"], ["net = [0]"]),
        (["trees = {1: t}\nfor n, tree in trees.items():\n    tree.fit(n)", "trees"], ["trees = {1: t}", "for n, tree in trees.items():", "    tree.fit(n)"]),
        (["nets = [[0]]\nfor net in nets:\n    for layer in net:\n        layer.zero_()", "nets"], ["nets = [[0]]", "for net in nets:", "    for layer in net:", "        layer.zero_()"]),
        (["nets = [0]\n_ = [net.fit(1) for net in nets]", "nets"], ["nets = [0]", "_ = [net.fit(1) for net in nets]"]),
        (["nets = [0]\nfor net in nets:\n    print(net)", "nets"], ["nets = [0]"]),
        (["def f():\n    return w\ndef g():\n    return f()", "w = 1\na = g()\nw = 2", "w, a"], ["def f():", "    return w", "def g():", "    return f()", *["w = 1", "a = g()", "w = 2"]]),
        (["a = 1", "a = 2\nprint(a)"], []),
        (["this is = no code", "a = 1", "a"], ["a = 1"]),
    ],
)  # fmt: skip
def test_what_makes_a_name_and_what_changes_it_is_needed(sources, lines):
    assert needed(*sources) == lines


def test_what_fails_on_purpose_gives_only_what_it_made_before():
    assert needed("from a import check\nv = 1\ncheck(v)", "check(2)\nv", raises=(0,)) == [
        "from a import check",
        "v = 1",
    ]


def test_the_page_names_the_lines(site):
    config = (site.root / "mkdocs.yml").read_text("utf-8").rstrip()
    site.config(config.removesuffix("- page_runner") + "- page_runner: {exercise: ValueError}\n")
    site.page(
        "---\ntitle: X\n---\n"
        + fence("a = 1\nb = 2\nc = 3")
        + "\n"
        + fence("raise ValueError(b)", 'raises="ValueError"')
    )
    assert site.build().find(".raises-ValueError")["data-needs"] == "0:2-2"


def exercises():
    for path in LESSONS:
        page = read_page(path, ROOT)
        for number, snippet in enumerate(page.snippets):
            if snippet.options.get("raises") == "NotYet":
                yield path, page, number


def slice_of(page, number):
    lines = [page.snippets[n].source.split("\n")[first - 1 : last] for n, first, last in needs(page.snippets, number)]
    return "\n".join([*("\n".join(part) for part in lines), page.snippets[number].source])


def test_every_exercise_gets_every_name_that_it_reads():
    share = []
    for path, page, number in exercises():
        program = slice_of(page, number)
        makes, reads = names(program)
        assert not reads - makes - vars(builtins).keys() - {"display", "__name__"}, (path.name, number)
        share.append((program.count("\n"), sum(each.source.count("\n") for each in page.snippets[: number + 1])))
    few, all_of_them = map(sum, zip(*share, strict=True))
    assert few < all_of_them / 8


@pytest.mark.weekly
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_exercise_gives_its_hint_without_the_rest(path, tmp_path):
    values = zip(read_page(path, ROOT).items, RUNNER.result(path).outputs, strict=True)
    shown = [output for item, output in values if isinstance(item, Snippet)]
    for found, page, number in exercises():
        if found != path:
            continue
        script = tmp_path / "exercise.py"
        script.write_text(slice_of(page, number), "utf-8")
        done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
        assert done.stderr.rstrip().endswith(shown[number].error.rstrip()), number
