"""A page shows no path of the machine that it was built on."""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest
from tiny_site import Site, fence

from page_runner.paths import folders, without_paths

ROOT, HOME = Path("/somewhere/a course"), Path.home()
LIBRARY, PACKAGES = sysconfig.get_path("stdlib"), sysconfig.get_path("purelib")
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{ROOT}/src/x.py", "src/x.py"),
        (f"see {ROOT}.", "see .."),
        (f"'{ROOT}'", "'.'"),
        (f"({LIBRARY}/statistics.py)", f"({VERSION}/statistics.py)"),
        (f'File "{PACKAGES}/torch/nn.py", line 1', 'File "site-packages/torch/nn.py", line 1'),
        (f"{HOME}/data/x.csv:{HOME}", "~/data/x.csv:~"),
        (f"open('{tempfile.gettempdir()}/page-a1_b2/work/x.csv')", "open('x.csv')"),
        (f"{tempfile.gettempdir()}/page-a1_b2/work", "."),
        (f"{HOME}/a\n{LIBRARY}/b", f"~/a\n{VERSION}/b"),
        # what only looks like it
        (f"{ROOT}s/x", f"{ROOT}s/x"),
        (f"/other{HOME}/x", f"/other{HOME}/x"),
        (f"https://a.b{ROOT}/x", f"https://a.b{ROOT}/x"),
        ("src/x.py and 1/2", "src/x.py and 1/2"),
        ("/usr/bin/env", "/usr/bin/env"),
    ],
)
def test_a_path_is_shown_from_the_folder_that_its_reader_knows(text: str, shown: str):
    assert without_paths(text, ROOT) == shown


def test_in_a_browser_too_where_python_has_no_users_and_lies_in_the_topmost_folder(monkeypatch):
    monkeypatch.setattr("site.getusersitepackages", lambda: None)
    monkeypatch.setattr("sysconfig.get_path", lambda name: f"//lib/python3.14{'/site-packages' * ('lib' in name[3:])}")
    folders.cache_clear()
    try:
        assert without_paths('<b></b> "/lib/python3.14/site-packages/a.py"') == '<b></b> "site-packages/a.py"'
    finally:
        folders.cache_clear()


def test_whatever_way_a_page_shows_a_path(site: Site):
    code = (
        "import os, statistics, sys\nimport pandas as pd\n"
        f"sys.path.insert(0, {str(site.root)!r})\nimport own\n"
        "print(own.__file__, statistics.__file__)\nprint(os.getcwd(), os.path.expanduser('~/x'))\n"
        "pd.DataFrame({'path': [os.path.expanduser('~/x')]})"
    )
    site.write("own.py", "def fail():\n    import traceback\n\n    traceback.print_exc()\n")
    site.page(
        "# T\n\n"
        + fence(code)
        + "\nIt is {{ own.__file__ }}.\n\n"
        + fence("try:\n    own.no\nexcept AttributeError:\n    own.fail()")
        + "\n"
        + fence("from statistics import avg", 'raises="ImportError"')
    )
    built = site.build()
    assert built.ok, built.errors
    first, table, traced, error = built.outputs()
    assert first == f"own.py {VERSION}/statistics.py\n. ~/x"
    assert "~/x" in table
    assert 'File "docs/index.md", line ' in traced and f"({VERSION}/statistics.py)" in error
    assert "It is own.py." in built.page().get_text()
    shown = "".join(built.outputs())
    for place in (str(site.root), LIBRARY, PACKAGES, str(HOME), os.path.join(tempfile.gettempdir(), "page-")):
        assert place not in shown
