"""What one page does to its process never reaches another page, and nothing it starts outlives it."""

from __future__ import annotations

import os
import sys
import time

import pytest
from tiny_site import fence

from page_runner.runner import cores

CHANGES = """
import os, random, sys, warnings
import numpy as np, torch
os.mkdir("below"); os.chdir("below")
os.environ["LESSON"] = "changed"
random.seed(1); np.random.seed(1); torch.manual_seed(1)
torch.set_default_dtype(torch.float64); torch.set_num_threads(2)
warnings.simplefilter("error")
sys.path.insert(0, "x")
import builtins; builtins.print = None
"""
LOOKS = """
import os, sys, warnings
import torch
state = (os.listdir(), os.environ.get("LESSON"), torch.get_default_dtype(), torch.get_num_threads(),
         "x" in sys.path, torch.initial_seed() == 1)
print(state)
warnings.warn("still a warning")
"""


def test_changed_globals_stay_on_their_page(site):
    for name in "ace":
        site.page(fence(CHANGES), name)
    for name in "bdf":
        site.page(fence(LOOKS), name)
    built = site.build()
    assert built.ok, built.errors
    for name in "bdf":
        assert built.outputs(name) == ["([], None, torch.float32, 1, False, False)\nUserWarning: still a warning"]


def test_the_page_is_the_main_program(site):
    site.page(
        fence("import pickle, sys\nclass Point: pass\nback = type(pickle.loads(pickle.dumps(Point())))\nprint(__name__, __file__)")
        + "\n" + fence("back is Point, sys.modules['__main__'].Point is Point, sys.argv")
    )  # fmt: skip
    assert site.build().outputs() == ["__main__ docs/index.md", "(True, True, ['docs/index.md'])"]


def test_a_page_writes_into_a_folder_of_its_own_that_goes(site):
    site.page(
        fence(
            "import os\nwith open('model.pt', 'w') as file:\n    _ = file.write('x')\nprint(os.getcwd().replace('/', '|'))"
        ),
        "a",
    )  # a path would be shortened
    built = site.build()
    (folder,) = built.outputs("a")
    assert folder.startswith("|") and not os.path.exists(folder.replace("|", "/"))
    assert not (site.root / "model.pt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
def test_what_a_page_starts_ends_with_it(site, tmp_path):
    mark = tmp_path / "alive"
    code = f"import subprocess, sys\np = subprocess.Popen([sys.executable, '-c', '''\nimport time\nwhile True:\n    open({str(mark)!r}, 'w').write(str(time.time())); time.sleep(0.05)\n'''])\nimport time\nwhile not __import__('os').path.exists({str(mark)!r}): time.sleep(0.02)"
    site.page(fence(code))
    assert site.build().ok
    time.sleep(0.3)
    before = mark.read_text("utf-8")
    time.sleep(0.3)
    assert mark.read_text("utf-8") == before


@pytest.mark.skipif(cores() < 2, reason="needs two cores")
def test_pages_run_at_the_same_time(site, tmp_path):
    wait = "import time\nfrom pathlib import Path\nPath({mine!r}).touch()\nwhile not Path({other!r}).exists(): time.sleep(0.01)\nprint('met')"
    a, b = str(tmp_path / "a.flag"), str(tmp_path / "b.flag")
    site.page("---\ntime_limit: 120\n---\n" + fence(wait.format(mine=a, other=b)), "a")
    site.page("---\ntime_limit: 120\n---\n" + fence(wait.format(mine=b, other=a)), "b")
    built = site.build()
    assert built.outputs("a") == built.outputs("b") == ["met"]


def test_two_cold_builds_are_byte_identical(tmp_path_factory):
    from tiny_site import Site

    sites = [Site(tmp_path_factory.mktemp("twin")) for _ in "ab"]
    for site in sites:
        site.page(
            fence("print({'a', 'b', 'c', 'd'})\nimport torch\ntorch.rand(3, generator=torch.Generator().manual_seed(0))")
            + "\n" + fence("import matplotlib.pyplot as plt\nplt.plot([1, 2], marker='o');", 'alt="A line."')
        )  # fmt: skip
        assert site.build().ok
    one, two = (
        {path.relative_to(site.root): path.read_bytes() for path in (site.root / "site").rglob("*.html")}
        for site in sites
    )
    assert one and one == two


def test_a_busy_machine_may_ask_for_patience(site, monkeypatch):
    monkeypatch.setenv("PAGE_RUNNER_PATIENCE", "1000")
    site.page("---\ntime_limit: 0.1\n---\n# T\n\n" + fence("import time\ntime.sleep(0.3)\nprint('through')"))
    built = site.build()
    assert built.ok, built.errors
    assert "through" in built.page().get_text()


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "much", ""])
def test_patience_is_a_positive_number(site, monkeypatch, value):
    monkeypatch.setenv("PAGE_RUNNER_PATIENCE", value)
    site.page("# T\n\n" + fence("1"))
    built = site.build()
    assert f"PAGE_RUNNER_PATIENCE is {value!r} but must be a positive number, such as 10" in "\n".join(built.errors)
