"""What a run looked at: where anything of it changes, the page runs again; where nothing does, it does not."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from tiny_site import Site, fence

linux = pytest.mark.skipif(sys.platform != "linux", reason="opens in C are seen on Linux alone")


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("project"))


def database(path: Path, value: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table if not exists t (x)")
        connection.execute("delete from t")
        connection.execute("insert into t values (?)", (value,))
    connection.close()


IN_C = """
import ctypes
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.fgetc.argtypes = libc.fclose.argtypes = [ctypes.c_void_p]
file = libc.fopen(str(root / "data/one.bin").encode(), b"r")
print(libc.fgetc(file))
"""

# By name: code of a page, in which `root` is the project's folder; what is there before, and what changes; and
# something that changes and does not matter. All are done in the project's folder.
LOOKS = {
    "a file": (
        "print((root / 'data/one.txt').read_text())",
        "write('data/one.txt', '1')",
        "write('data/one.txt', '2')",
        "write('data/two.txt', '2')",
    ),
    "a file by bytes": (
        "import os\nprint(open(os.fsencode(root / 'data/one.txt')).read())",
        "write('data/one.txt', '1')",
        "write('data/one.txt', '2')",
        "write('data/two.txt', '2')",
    ),
    "a folder that is listed": (
        "import os\nprint(sorted(os.listdir(root / 'data')))",
        "write('data/one.txt', '1')",
        "write('data/two.txt', '2')",
        "write('other/two.txt', '2')",
    ),
    "a folder that is gone through": (
        "import os\nprint(sorted(file for _, _, files in os.walk(root / 'data') for file in files))",
        "write('data/deep/one.txt', '1')",
        "write('data/deep/two.txt', '2')",
        "write('data/deep/one.txt', '3')",
    ),
    "files by their pattern": (
        "print(sorted(path.name for path in (root / 'data').glob('*.csv')))",
        "write('data/one.csv', '1')",
        "write('data/two.csv', '2')",
        "write('data/one.csv', '3')",
    ),
    "sizes in a folder": (
        "import os\nprint([each.stat().st_size for each in os.scandir(root / 'data')])",
        "write('data/one.csv', '1')",
        "write('data/one.csv', '12')",
        "write('other/one.csv', '1')",
    ),
    "whether a path is there": (
        "print((root / 'data').exists())",
        "pass",
        "write('data/one.txt', '1')",
        "write('data2/one.txt', '2')",
    ),
    "whether os.path finds it": (
        "import os\nprint(os.path.isfile(root / 'flag'), os.path.isdir(root / 'flag'))",
        "pass",
        "(root / 'flag').mkdir()",
        "write('flags', '')",
    ),
    "whether it may be read": (
        "import os\nprint(os.access(root / 'flag', os.R_OK))",
        "pass",
        "write('flag', '')",
        "write('flags', '')",
    ),
    "whether it is there, and no more": (
        "print((root / 'flag').is_file())",
        "write('flag', '1')",
        "(root / 'flag').unlink()",
        "write('flag', 'longer than before')",
    ),
    "how long a file is": (
        "print((root / 'data.txt').stat().st_size)",
        "write('data.txt', '1')",
        "write('data.txt', '12')",
        "write('data2.txt', '1')",
    ),
    "when a file was changed": (
        "import os\nprint(os.path.getmtime(root / 'data.txt'))",
        "write('data.txt', '1'), os.utime(root / 'data.txt', (1, 1))",
        "os.utime(root / 'data.txt', (2, 2))",
        "write('data2.txt', '1')",
    ),
    "where a link leads": (
        "import os\nprint(os.readlink(root / 'link'))",
        "os.symlink('one', root / 'link')",
        "(root / 'link').unlink(), os.symlink('two', root / 'link')",
        "write('one', '1')",
    ),
    "a database": (
        "import sqlite3\nprint(sqlite3.connect(root / 'data.db').execute('select x from t').fetchone())",
        "database(root / 'data.db', 1)",
        "database(root / 'data.db', 2)",
        "database(root / 'data2.db', 2)",
    ),
    "a database by its address": (
        "import sqlite3\nprint(sqlite3.connect(f'file:{root}/data.db?mode=ro', uri=True).execute('select x from t').fetchone())",
        "database(root / 'data.db', 1)",
        "database(root / 'data.db', 2)",
        "database(root / 'data2.db', 2)",
    ),
    "a variable": (
        "import os\nprint(os.environ.get('TINY_ONE'), 'TINY_TWO' in os.environ)",
        "setenv('TINY_ONE', '1')",
        "setenv('TINY_ONE', '2')",
        "setenv('TINY_THREE', '1')",
    ),
    "a variable that was not set": (
        "import os\nprint(os.getenv('TINY_TWO'), 'TINY_TWO' in os.environ)",
        "pass",
        "setenv('TINY_TWO', '')",
        "setenv('TINY_THREE', '1')",
    ),
    "a variable that a module of the project asks for": (
        "import sys\nsys.path.insert(0, str(root / 'src'))\nimport own\nprint(own.mode)",
        "write('src/own.py', 'import os\\nmode = os.environ.get(\"TINY_ONE\")')",
        "setenv('TINY_ONE', '2')",
        "setenv('TINY_THREE', '1')",
    ),
    "a module that was not there": (
        "import sys\nsys.path.insert(0, str(root / 'src'))\ntry:\n    import extra\n    print('here')\nexcept ImportError:\n    print('not here')",
        "write('src/own.py', '')",
        "write('src/extra.py', '')",
        "write('src/another.py', '')",
    ),
    "a module that another one hides": (
        "import sys\nsys.path[:0] = [str(root / 'first'), str(root / 'second')]\nimport own\nprint(own.value)",
        "write('second/own.py', 'value = 1')",
        "write('first/own.py', 'value = 2')",
        "write('first/another.py', 'value = 2')",
    ),
    "a file outside of the project": (
        "from pathlib import Path\nprint(Path(str(root) + '-outside.txt').read_text())",
        "Path(str(root) + '-outside.txt').write_text('1')",
        "Path(str(root) + '-outside.txt').write_text('2')",
        "Path(str(root) + '-outside2.txt').write_text('2')",
    ),
    "a file that a command reads": (
        "import subprocess, sys\nfile = str(root / 'data.txt')\n"
        "print(subprocess.check_output([sys.executable, '-c', 'import sys; print(open(sys.argv[1]).read())', file], text=True))",
        "write('data.txt', '1')",
        "write('data.txt', '2')",
        "write('data2.txt', '2')",
    ),
    "a file that is declared": (
        "import subprocess\nprint(subprocess.check_output('cat data/o*.py', shell=True, cwd=root, text=True))",
        "write('data/one.py', '1')",
        "write('data/one.py', '2')",
        "write('data/one.txt', '2')",
    ),
    "a file opened in C": (IN_C + "_ = libc.fclose(file)", "write('data/one.bin', '1')", "write('data/one.bin', '2')", "write('data2', '')"),
    "a file open in C": (IN_C, "write('data/one.bin', '1')", "write('data/one.bin', '2')", "write('data2', '')"),
    "a file that a child reads": (
        "import subprocess\nprint(subprocess.check_output('cat data/o*.txt', shell=True, cwd=root, text=True))",
        "write('data/one.txt', '1')",
        "write('data/one.txt', '2')",
        "write('data2', '')",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=linux) if " C" in name or "child" in name else name for name in LOOKS]
)
def test_what_a_run_looked_at(site: Site, monkeypatch: pytest.MonkeyPatch, name: str):
    code, before, change, another = LOOKS[name]
    for variable in ("TINY_ONE", "TINY_TWO", "TINY_THREE"):
        monkeypatch.delenv(variable, raising=False)
    names = {
        "write": site.write,
        "root": site.root,
        "setenv": monkeypatch.setenv,
        "database": database,
        "os": os,
        "Path": Path,
    }
    runs = site.root.parent / f"{site.root.name}-runs"
    front = "---\nreads: [data/*.py]\n---\n" if "declared" in name else ""
    head = f"import os\nfrom pathlib import Path\nroot = Path({str(site.root)!r})\n_ = open({str(runs)!r}, 'a').write('.')\n"
    site.page(front + fence(head + dedent(code)))
    exec(before, names)
    shown = built(site)
    assert built(site) == shown and runs.read_text("utf-8") == ".", "nothing has changed"
    exec(another, names)
    assert built(site) == shown and runs.read_text("utf-8") == ".", "what has changed does not matter"
    exec(change, names)
    again = built(site)
    assert runs.read_text("utf-8") == ".."
    assert (again == shown) == ("no more" in name and again == ["True\n"])
    assert built(site) == again and runs.read_text("utf-8") == "..", "nothing has changed since"


def built(site: Site) -> list[str]:
    result = site.build()
    assert result.ok, result.errors
    return result.outputs()


OWN = {
    "a file that it makes": "open('made.txt', 'w').write('x')\nprint(open('made.txt').read())",
    "a folder for a while": "import tempfile, os\nwith tempfile.TemporaryDirectory() as folder:\n    open(folder + '/x', 'w').close()\n    print(os.listdir(folder))",
    "a database": "import sqlite3\nsqlite3.connect('own.db').execute('create table t (x)');",
    "a random number of its own": "import uuid, os\nprint(os.path.exists(f'/nowhere/{uuid.uuid4()}'))",
    "a module": "open('mine.py', 'w').write('x = 1')\nimport sys\nsys.path.insert(0, '.')\nimport mine\nprint(mine.x)",
    "a variable that it sets": "import os\nos.environ['TINY_ONE'] = 'mine'\nprint(os.environ['TINY_ONE'])",
    "a variable of the runner": "import os\nprint(os.environ['OMP_NUM_THREADS'])",
    "a socket": "import socket\nprint(socket.socketpair()[0].family.name)",
}


@pytest.mark.parametrize("name", OWN)
def test_what_is_a_runs_own_does_not_make_it_run_again(site: Site, name: str):
    runs = site.root.parent / f"{site.root.name}-runs"
    site.page(fence(f"_ = open({str(runs)!r}, 'a').write('.')\n{OWN[name]}"))
    built(site)
    built(site)
    assert runs.read_text("utf-8") == "."


def test_a_library_may_ask_for_variables(site: Site, monkeypatch: pytest.MonkeyPatch):
    runs = site.root.parent / f"{site.root.name}-runs"
    site.page(
        fence(
            f"_ = open({str(runs)!r}, 'a').write('.')\nimport tempfile, locale\ntempfile.gettempdir()\nlocale.getlocale();"
        )
    )
    built(site)
    monkeypatch.setenv("LANGUAGE", "de")
    built(site)
    assert runs.read_text("utf-8") == "."


def test_reads_must_be_a_list_of_files(site: Site):
    site.page("---\nreads: data.csv\n---\n" + fence("1"))
    assert site.build().errors[0] == (
        "docs/index.md:2: reads is 'data.csv' but must be a list of files of the project, such as [data/*.csv]"
    )


def test_a_sqlite_database_that_is_still_written_is_seen(site: Site):
    connection = sqlite3.connect(site.root / "data.db", isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table t (x)")
    connection.execute("insert into t values (1)")
    site.page(
        fence(
            f"import sqlite3\nsqlite3.connect({str(site.root / 'data.db')!r}).execute('select sum(x) from t').fetchone()"
        )
    )
    assert built(site) == ["(1,)"]
    connection.execute("insert into t values (2)")
    assert built(site) == ["(3,)"]
    connection.close()
