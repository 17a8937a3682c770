"""Code in a page's fences: whatever it is, it stays in its fence, and what runs is what the page shows."""

from __future__ import annotations

import pytest

from page_editing.edited import code_hash, edited, settled_code
from page_runner.page import Page, parse

TEXT = """---
title: Fences
---

# Fences

Before {{ 1 }}.

```python
a = 1
```

!!! note

    In a note, {{ a }}.

    ```python title="b" hl_lines="1 2"
    b = 2

    b
    ```

> ~~~py
> c = 3
> ~~~

=== "One"

    ??? note

        ````{.python varies="the time"}
        d = 4
        ````

```python run="no: why"
e
```

{{ a }} and {{ b }}.
"""
PAGE = parse(TEXT, "docs/x.md")
CODES = {
    "another number": "x = 9\n",
    "no end of line": "x = 9",
    "many lines": "x = 1\n\n\ny = 2\n" * 20,
    "a fence in it": 'x = """\n```\n~~~\n````\n"""\n',
    "a whole fence": '"""\n```python\n1\n```\n\n# A title\n\n{{ 1 + 1 }}\n"""\n',
    "a long fence": f"'''\n{'`' * 30}\n{'~' * 30}\n'''\n",
    "front matter": '"""\n---\ntitle: other\n---\n"""\n',
    "markup": "'<!--'; '</code></pre><script>alert(1)</script>'; '{{ 1 }}'\n",
    "tabs": "if 1:\n\tx = 1\n\tif x:\n\t\ty = 2\n",
    "the ends of lines of other systems": "x = 1\r\ny = 2\rz = 3\r\n",
    "indented": "    x = 1\n    y = 2\n",
    "empty lines with spaces": "'''\n   \n\n  a\n'''\n",
    "signs": "x = 'é 😀 \\x0c \f \v \x1c \x85 \u2028 \ufeff'\n",
    "a list of annotations": "x = 1  # (1)!\n",
    "nothing": "",
    "only spaces": "  \n \t\n",
}


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_code_stays_in_its_fence(code: str):
    for number, snippet in enumerate(PAGE.snippets):
        page = edited(PAGE, {number: code})
        again = parse(page.text, PAGE.name)
        assert not again.errors and page.edited
        assert [(item.source, item.line, item.ticks) for item in again.snippets] == [
            (item.source, item.line, item.ticks) for item in page.snippets
        ]
        assert [item for item in again.items if item not in again.snippets] == [
            item for item in page.items if item not in page.snippets
        ]
        assert again.shown == page.shown
        assert page.snippets[number].source == settled_code(code)
        assert [other.source for place, other in enumerate(page.snippets) if place != number] == [
            other.source for other in PAGE.snippets if other is not snippet
        ]


def test_code_that_is_no_python_stays_there_too():
    page = edited(PAGE, {0: "x = (\n\n## A title\n\nThen some words of prose\n```\n", 3: "````"})
    assert [item.line for item in page.items][:3] == [7, 10, 20]
    assert page.text.split("\n")[8] == "````python" and page.text.split("\n")[15] == "````"
    assert "        `````{.python varies" in page.text


def test_all_can_be_edited_at_once():
    page = edited(PAGE, dict.fromkeys(range(4), "x = 1\ny = 2\nz = 3\n"))
    again = parse(page.text, PAGE.name)
    assert [item.source for item in again.snippets] == ["x = 1\ny = 2\nz = 3\n"] * 4
    assert [item.line for item in again.items] == [item.line for item in page.items]


def test_what_varies_shows_what_it_gives_once_it_is_edited():
    assert "varies" in edited(PAGE, {0: "x = 1"}).snippets[3].options
    assert "varies" not in edited(PAGE, {3: "x = 1"}).snippets[3].options


def test_an_edit_that_changes_nothing_is_none():
    assert edited(PAGE, {0: "a = 1\r\n", 1: "b = 2\n\nb"}) is PAGE
    assert edited(PAGE, {}) is PAGE


@pytest.mark.parametrize("sign", ["\0", "\2", "\3", "\ud800"])
def test_what_is_no_text_is_refused(sign: str):
    with pytest.raises(ValueError, match=f"U.{ord(sign):04X} is no text"):
        edited(PAGE, {0: f"x = '{sign}'"})


def test_a_number_that_no_snippet_has_is_refused():
    with pytest.raises(IndexError):
        edited(PAGE, {4: "x"})


def test_the_hash_is_that_of_the_code():
    def other(text: str) -> Page:
        return parse(text, "docs/y.md")

    assert code_hash(other(TEXT.replace("Before", "After").replace("Fences", "Fence"))) == code_hash(PAGE)
    for old, new in [("a = 1", "a = 2"), ("{{ b }}", "{{ a }}"), ('title="b"', 'title="c"'), ("~~~py\n", "~~~text\n")]:
        assert code_hash(other(TEXT.replace(old, new))) != code_hash(PAGE), new
