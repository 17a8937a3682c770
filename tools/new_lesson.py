"""Begin a lesson: `make lesson TITLE="The median"` writes a small draft that passes `make check`, and what it needs.

It makes the page, its file of judges and the answers to its exercise, and names the page in the menu and the exercise
in the index of judges.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import unicodedata
from pathlib import Path
from string import Template

import yaml

from page_rules import ROOT, read_meta
from page_runner.console import write_utf8

ALLOWED = re.compile(r"[\w ,.:;?!'’()–-]+")
PAGE = Template("""\
---
title: $yaml_title
description: "$title: what it is, and what it is good for."
draft: true
---

# $title

What this page shows, in two sentences.

**You will be able to**

- do one thing that you could not do before.

## A first section

```python
import matplotlib.pyplot as plt
import torch

from foundations import check

heights = torch.tensor([1.0, 2.0, 4.0])
heights.mean()
```

The mean of the {{ len(heights) }} heights is {{ heights.mean():.2f }}.

```python fold="The code of this figure" alt="Three points climb, the last to {{ heights.max():.0f }}."
plt.figure(figsize=(6, 2.4))
plt.plot(heights, "o", color="black")
plt.xlabel("number")
plt.ylabel("height")
plt.show()
```

## Break it

A mistake that people make, and the error that it gives:

```python raises="RuntimeError"
torch.tensor([1, 2, 4]).mean()
```

Why it happens, and what puts it right.

## Exercises

**1.** Which is the largest of the numbers 1, 2 and 4?

```python raises="NotYet"
largest = ...
check("$exercise", largest)
```

??? success "Solution"

    ```python
    check("$exercise", 4)
    ```

## Repeat it on other data

An exercise that repeats the lesson on data of another kind.

## Questions to recall

??? question "What is the largest of the numbers 1, 2 and 4?"

    - [ ] 1 :: It is the smallest.
    - [ ] 2 :: One of them is above it.
    - [x] 4

    No other number of the three is above it.
""")
JUDGES = Template('''\
"""The exercises of $title."""

from foundations.exercises.judging import compare, exercise, number


@exercise
def $exercise(answer: object) -> str:
    """The largest of three numbers."""
    given = number(answer, "the answer")
    compare([given], [4.0], {"that is the smallest of them": [1.0]}, f"{given:g} is not the largest of the three")
    return "no other of the three is above it."
''')
ANSWERS = Template('''\
"""Answers to the exercises of $title: right ones, and for each typical mistake words of its hint."""

import torch

RIGHT = {
    "$exercise": [4, torch.tensor(4.0)],
}

WRONG = {
    "$exercise": {
        "that is the smallest": 1,
        "2 is not the largest": 2.0,
        "7 is not the largest": 7,
        "not a list of 3": [1, 2, 4],
        "not a list of 0": [],
        "not None": None,
        "not the string": "4",
        "nan in the answer": float("nan"),
    },
}
''')


def new_lesson(title: str, root: Path = ROOT) -> list[str]:
    """Write the files of a new lesson.

    Args:
        title: the lesson's title.
        root: the project's folder.

    Returns:
        The new page's path, then what else was written.

    Raises:
        ValueError: the title or what is there does not allow it; nothing was written.
    """
    title = " ".join(title.split())
    slug = slug_of(title, root)
    module = slug.replace("-", "_")
    page = f"docs/lessons/{slug}.md"
    words = {"title": title, "yaml_title": quoted(title), "exercise": f"{module}_1"}
    written = {
        page: PAGE.substitute(words),
        f"src/foundations/exercises/{module}.py": JUDGES.substitute(words),
        f"tests/foundations/exercises/answers/{module}.py": ANSWERS.substitute(words),
    }
    taken = [name for name in written if (root / name).exists()]
    if taken:
        raise ValueError(f"{taken[0]} is there already: choose another title, or take that file away")
    menu, index = "mkdocs.yml", "src/foundations/exercises/index.py"
    written[menu] = in_menu((root / menu).read_text("utf-8"), f"{quoted(title)}: lessons/{slug}.md")
    written[index] = in_index((root / index).read_text("utf-8"), module, words["exercise"])
    write(root, written)
    return list(written)


def slug_of(title: str, root: Path) -> str:
    """The words of a title that make the name of its page; ValueError where the title cannot be one."""
    if not title:
        raise ValueError('a lesson needs a title: make lesson TITLE="The median"')
    if odd := sorted(set(ALLOWED.sub("", title))):
        raise ValueError(f"the title has {' '.join(odd)} in it: take letters, digits, spaces and plain punctuation")
    if len(title) > 60:
        raise ValueError(f"the title has {len(title)} letters: take 60 or fewer, so that it fits into the menu")
    for path in sorted((root / "docs").rglob("*.md")):
        if str(read_meta(path).get("title", "")).casefold() == title.casefold():
            raise ValueError(f"{path.relative_to(root).as_posix()} has this title: choose another one")
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))
    if not re.match("[a-z]", slug):
        raise ValueError(
            f"the page's name is made of the title's letters a to z, and {title!r} does not begin with one"
        )
    return slug


def quoted(title: str) -> str:
    """A title as YAML takes it, in quotes where it must."""
    plain = re.fullmatch(r"[A-Za-z][\w ,?’'()–-]*", title) and isinstance(yaml.safe_load(title), str)
    return title if plain else json.dumps(title, ensure_ascii=False)


def in_menu(text: str, entry: str) -> str:
    """The configuration with one more lesson, after the last one."""
    lines = text.split("\n")
    last = [number for number, line in enumerate(lines) if re.search(r"^ +- .*: lessons/[\w-]+\.md$", line)]
    if not last:
        raise ValueError("mkdocs.yml names no lesson under nav, so there is no place for a new one: write one by hand")
    indent = re.match(" *", lines[last[-1]])
    lines.insert(last[-1] + 1, f"{indent[0] if indent else ''}- {entry}")
    return "\n".join(lines)


def in_index(text: str, module: str, exercise: str) -> str:
    """The index of judges with one more module, in the order of the alphabet."""
    lines = text.split("\n")
    after = [
        number for number, line in enumerate(lines) if (key := re.match(r'    "(\w+)": ', line)) and key[1] > module
    ]
    end = [number for number, line in enumerate(lines) if line == "}"]
    if not end:
        raise ValueError("exercises/index.py has no list of judges that ends in a line `}`: mend it first")
    lines.insert([*after, *end][0], f'    "{module}": ("{exercise}",),')
    return "\n".join(lines)


def write(root: Path, files: dict[str, str]) -> None:
    """Write files, all or none."""
    before = {name: (root / name).read_bytes() if (root / name).exists() else None for name in files}
    try:
        for name, text in files.items():
            (root / name).write_text(text, "utf-8", newline="\n")
    except OSError as error:
        for name, data in before.items():
            with contextlib.suppress(OSError):
                (root / name).unlink(missing_ok=True) if data is None else (root / name).write_bytes(data)
        raise ValueError(f"{error.filename} cannot be written ({error.strerror}): nothing was changed") from None


def main(arguments: list[str]) -> None:
    """The command."""
    try:
        page, judges, answers, *lists = new_lesson(" ".join(arguments))
    except ValueError as error:
        sys.exit(str(error))
    name = Path(page).stem
    print(f"The page:       {page}")
    print(f"Its judges:     {judges}")
    print(f"Their answers:  {answers}")
    print(f"It is named in {' and in '.join(lists)}.")
    print(f"Check it:       make check PAGE={name}")
    print(f"Look at it:     make serve, then http://127.0.0.1:8000/lessons/{name}/")


if __name__ == "__main__":
    write_utf8()
    main(sys.argv[1:])
