"""Pages that fail, each in a way of its own."""

import sys

from tiny_site import TICKS, fence

TOP = "---\ntime_limit: {limit}\n---\n\n# Title\n\n"  # the first fence opens on line 7, its code begins on line 8
FIRST = 8


def page(code: str, options: str = "", limit: float = 20) -> str:
    return TOP.format(limit=limit) + fence(code, options)


# A page, the line that is at fault (None: not one line alone), and words of what is said of it.
FAILURES: dict[str, tuple[str | bytes, int | None, str]] = {
    "exception": (page("x = 1\n1 / 0"), FIRST + 1, "ZeroDivisionError: division by zero"),
    "exception in a function": (page("def f():\n    return 1 / 0\n\nf()"), FIRST + 1, "ZeroDivisionError"),
    "syntax error": (page("x = 1\ny = = 2"), FIRST + 1, "SyntaxError: invalid syntax"),
    "sys.exit": (page("import sys\nsys.exit(3)"), FIRST + 1, "calls sys.exit(3)"),
    "os._exit": (page("import os\nos._exit(3)"), FIRST, "ended by itself with exit code 3"),
    "keyboard interrupt": (page("raise KeyboardInterrupt"), FIRST, "KeyboardInterrupt"),
    "killed": (page("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"), FIRST, "was killed by SIGKILL"),
    "segmentation fault": (page("import ctypes\nx = 1\nctypes.string_at(0)"), FIRST + 2, "was killed by SIGSEGV"),
    "endless loop": (page("x = 1\nwhile True: pass", limit=1.5), FIRST + 1, "still ran here after 1.5 seconds"),
    "sleep": (page("import time\ntime.sleep(600)", limit=1.5), FIRST + 1, "still ran here after 1.5 seconds"),
    "loop that catches everything": (
        page("while True:\n    try:\n        print('x' * 9999)\n    except Exception:\n        pass", limit=1),
        None,
        "still ran here after 1 seconds",
    ),
    "flood": (page("while True:\n    print('x' * 9999)"), FIRST + 1, "printed more than 10,000,000 characters"),
    "missing module": (page("import no_such_module"), FIRST, "ModuleNotFoundError: No module named 'no_such_module'"),
    "memory address": (page("x = 1\nobject()"), FIRST, "shows a memory address"),
    "should raise": (page("1", 'raises="ValueError"'), FIRST, "should raise ValueError but raised nothing"),
    "raises another": (page("1 / 0", 'raises="ValueError"'), FIRST, "should raise ValueError but raised ZeroDivisionError"),
    "figure without alt": (page("import matplotlib.pyplot as plt\nplt.plot([1]);"), FIRST, "no alternative text"),
    "alt without figure": (page("x = 1", 'alt="A line."'), FIRST, "draws no figure"),
    "varies without a word": (page("1", 'varies=" "'), FIRST - 1, 'varies="" does not say what the reader will see'),
    "varies and offers a file": (page("1", 'varies="x" download="a.csv"'), FIRST - 1, "that varies can offer no file"),
    "varies, a figure without alt": (
        page("import matplotlib.pyplot as plt\nplt.plot([1]);", 'varies="x"'), FIRST, "no alternative text"
    ),
    "varies, alt without figure": (page("1", 'varies="x" alt="A line."'), FIRST, "draws no figure"),
    "varies and fails": (page("1 / 0", 'varies="x"'), FIRST, "ZeroDivisionError"),
    "unknown name in alt": (
        page("import matplotlib.pyplot as plt\nplt.plot([1]);", 'alt="{{ no }}"'), FIRST - 1, "NameError: name 'no'"
    ),
    "unknown name in prose": (page("x = 1") + "\nIt is {{ y:.2f }}.\n", FIRST + 3, "NameError: name 'y' is not defined"),
    "bad format in prose": (page("x = 'a'") + "\nIt is {{ x:.2f }}.\n", FIRST + 3, "ValueError: Unknown format code"),
    "bad expression in prose": (page("x = 1") + "\nIt is {{ x + }}.\n", FIRST + 3, "SyntaxError"),
    "unclosed fence": (page("x = 1").removesuffix(f"{TICKS}\n"), FIRST - 1, "is never closed"),
    "fence closed by more ticks": (page("x = 1").removesuffix("\n") + "`\n", FIRST - 1, "is never closed"),
    "python2": (page("x").replace("python", "python2"), FIRST - 1, "not run: write ```python, or add run="),
    "pycon": (page(">>> x").replace("python", "pycon"), FIRST - 1, "shown as Python but not run"),
    "on the line of a list's mark": (
        TOP.format(limit=9) + f"- {TICKS}py\n  x\n  {TICKS}\n", FIRST - 1, "is no fence for Markdown"
    ),
    "indented code that names Python": (TOP.format(limit=9) + "    :::python\n    x\n", FIRST - 1, "would colour this"),
    "not run, and no word why": (page("x", 'run="maybe"'), FIRST - 1, "says neither no nor why"),
    "not run, with a figure": (page("x", 'run="no" alt="A line."'), FIRST - 1, "what is not run gives nothing"),
    "raises a sentence": (page("x", 'raises="an error"'), FIRST - 1, "names no error"),
    "lines that are none": (page("x", 'hl_lines="two"'), FIRST - 1, "names no lines"),
    "an option without a value": (page("x", "linenums"), FIRST - 1, "linenums has no value"),
    "a link to another file": (page("import os; os.symlink('/etc/hostname', 'a.txt')", 'download="a.txt"'), FIRST, "a.txt is a link"),
    "unknown option": (page("x = 1", 'rises="ValueError"'), FIRST - 1, "rises is no option of a snippet"),
    "unquoted option": (page("x = 1", "title=x"), FIRST - 1, "options that cannot be read"),
    "code indented less than its fence": (
        TOP.format(limit=9) + f"!!! note\n\n    {TICKS}python\nx = 1\n    {TICKS}\n", FIRST + 2, "indented less than its fence"
    ),
    "not UTF-8": (b"# Title\n\ncaf\xe9\n", 3, "byte 0xe9 is not UTF-8"),
    "a number without its last brace": ("# T\n\nIt is {{ 1 + 1 } or {{ 3 }}.\n", 3, "“{{ 1 + 1 }” lacks a brace"),
    "a number without its first brace": ("# T\n\nIt is { 1 + 1 }}, `{ not }}`.\n", 3, "“{ 1 + 1 }}” lacks a brace"),
    "a number over two lines": ("# T\n\nIt is {{ 1 +\n1 .\n", 3, "“{{ 1 +” lacks a brace"),
    "no brace in an alternative text": (
        page("import matplotlib.pyplot as plt\nplt.plot([1]);", 'alt="{{ 1 }"'), FIRST - 1, "“{{ 1 }” lacks a brace"
    ),
    "prose in an unclosed fence": (
        page("x = 1\n").removesuffix(f"{TICKS}\n") + "\nIt has 2 sides.\n\n" + fence("y = 2"),
        FIRST - 1, f"the fence {TICKS}python is never closed: line {FIRST + 2} is no code",
    ),
    "another fence in an unclosed one": (
        "# T\n\n" + f"{TICKS}text\nwords\n\n" + fence("y = 2"), 3, f"{TICKS}text is never closed: on line 6 opens the next"
    ),
    "misspelt language": (page("x").replace("python", "pyhton"), FIRST - 1, "is in no language that is known"),
    "misspelt key": ("---\ntitle: T\ntime_limt: 3\n---\n# T\n", 3, "nothing reads time_limt in the front matter: did you"),
    "draft in words": ("---\ndraft: perhaps\n---\n# T\n", 2, "draft is 'perhaps' but must be true or false"),
    "impossible date": ("---\ndate: 2026-13-01\n---\n# T\n", None, "the front matter is not YAML"),
    "front matter": ("---\na: [1\n---\n# T\n", None, "the front matter is not YAML"),
    "time limit of no seconds": ("---\ntime_limit: 0\n---\n# T\n", 2, "time_limit is 0 but must be a positive number"),
    "time limit in words": ("---\ntime_limit: long\n---\n# T\n", 2, "time_limit is 'long' but must be"),
}  # fmt: skip
if sys.platform == "win32":  # has no signals that kill
    del FAILURES["killed"], FAILURES["segmentation fault"]
