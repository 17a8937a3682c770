"""Numbers in sentences, `{{ expression:format }}`: where their braces stand in a line, and what they are as code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType

from .syntax import parsed_expression

OPENS = re.compile(r"(?<!\\)(?:\\\\)*(?P<braces>\{\{)")  # two braces; a backslash before them makes them mere braces
CONVERSION = re.compile(r"!(?P<kind>[rsa])\s*(?::(?P<format>.*))?", re.S)
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
PLAIN = re.compile(rf"{CODE_SPAN.pattern}|\\\\|\\\{{\{{.*?\}}\}}|\\[{{}}]", re.S)  # braces that mean themselves
# A number that lacks a brace, where whole ones and braces that mean themselves are hidden as \0.
BROKEN = re.compile(r"\{\{[^{}\0]*\}?|\{[^{}\0]*\}\}")
WORDS = ("alt", "fold", "title")  # options of a snippet in which numbers can stand
BAD_CODE = (SyntaxError, ValueError, MemoryError, RecursionError)  # ValueError: a null byte


@dataclass(frozen=True)
class Braces:
    """Two braces, what stands in them, and two braces; where that is in its line, and what is wrong with it."""

    written: str  # as the author wrote it, without the braces
    start: int
    stop: int
    fault: str = ""


def find_numbers(line: str) -> list[Braces]:
    """What looks like a number in a line, in order.

    Args:
        line: One line of a page.

    Returns:
        Whole numbers, those that are no code, and those that lack a brace.

    Example:
        ```python
        from page_runner.numbers import find_numbers

        found = find_numbers("{{ {1, 2} }} of {{ d['}}']:.1f }}")
        assert [number.written for number in found] == ["{1, 2}", "d['}}']:.1f"]
        ```
    """
    if "{{" not in line and "}}" not in line:
        return []
    found: list[Braces] = []
    at = 0
    while match := OPENS.search(line, at):
        number = braces(line, match.start("braces"))
        at = number.stop if number else match.end()
        found += [number] if number else []
    rest = list(PLAIN.sub(lambda plain: "\0" * len(plain[0]), line))
    for number in found:
        rest[number.start : number.stop] = "\0" * (number.stop - number.start)
    prose = "".join(rest)
    if prose.count("{") != prose.count("}"):  # else they go together, as in a formula
        found += [
            Braces(part[0].strip(), *part.span(), f"“{part[0].strip()}” lacks a brace: {RIGHT}")
            for part in BROKEN.finditer(prose)
        ]
    return sorted(found, key=lambda number: number.start)


RIGHT = "write a number as {{ expression:format }}, on one line, or \\{{ for two braces"


def braces(line: str, start: int) -> Braces | None:
    """The number whose braces open at `start`: up to the first closing ones before which all is code."""
    first, wrong, end = -1, "", line.find("}}", start + 2)
    while end >= 0:
        written = line[start + 2 : end].strip()
        try:
            Code(written)
        except BAD_CODE as error:
            if first < 0:
                first, wrong = end, getattr(error, "msg", "") or str(error)
        else:
            return Braces(written, start, end + 2)
        end = line.find("}}", end + 1)
    if first < 0 or "{{" in line[start + 2 : first]:
        return None  # its own end is missing
    written = line[start + 2 : first].strip()
    what = f"SyntaxError: {wrong} in {{{{ {written} }}}}" if written else "{{ }} has no expression"
    return Braces(written, start, first + 2, f"{what}: {RIGHT}")


class Code:
    """A number as code: its expression, and how the value is shown.

    Raises:
        SyntaxError: It is none.
    """

    def __init__(self, written: str):
        self.tree, self.expression, self.conversion, self.format = parts(written)
        self.spec = parsed_expression(f"f{self.format!r}") if self.format else None


def parts(written: str) -> tuple[ast.expr, str, int, str]:
    """An expression as a tree and as text, its conversion, which is -1 for none, and its format."""
    try:
        return parsed_expression(written), written, -1, ""
    except BAD_CODE as error:
        wrong = error
    for sign in re.finditer("[:!]", written):
        conversion = CONVERSION.fullmatch(written, sign.start())
        if sign[0] == "!" and not conversion:
            continue
        left = written[: sign.start()].rstrip()
        try:
            tree = parsed_expression(left)
        except BAD_CODE:
            continue
        if conversion:
            return tree, left, ord(conversion["kind"]), conversion["format"] or ""
        return tree, left, -1, written[sign.end() :]
    raise wrong


def compiled(written: str, page: str, line: int, column: int = 0, flags: int = 0) -> CodeType:
    """A number as code that gives its text.

    Args:
        written: What stands between its braces.
        page: The page's path, for tracebacks.
        line: Its line in the page.
        column: The column in that line, in bytes, at which it begins.
        flags: Of the compiler, as the page's imports from `__future__` set them.

    Returns:
        Code for `eval`.

    Raises:
        SyntaxError: It is no code.

    Example:
        ```python
        from page_runner.numbers import compiled

        assert eval(compiled("{x: 1}[x] / 3:.{x}f", "x.md", 1), {"x": 2}) == "0.33"
        ```
    """
    code = Code(written)
    for node in ast.walk(code.tree):
        if isinstance(node, ast.expr):
            node.lineno = node.end_lineno = line
            node.col_offset += column
            node.end_col_offset = (node.end_col_offset or 0) + column
    for node in ast.walk(code.spec) if code.spec else ():
        if isinstance(node, ast.expr):
            ast.copy_location(node, code.tree)
    shown = ast.FormattedValue(code.tree, code.conversion, code.spec)
    tree = ast.Expression(ast.copy_location(ast.JoinedStr([ast.copy_location(shown, code.tree)]), code.tree))
    made: CodeType = compile(tree, page, "eval", flags, dont_inherit=True)
    return made


def as_program(written: str) -> str:
    """A program that uses the names that a number uses."""
    code = Code(written)
    return f"({code.expression}\n), f{code.format!r}"


def in_words(options: Mapping[str, str]) -> list[Braces]:
    """The numbers in those options of a snippet whose words the page shows."""
    return [found for key in WORDS for found in find_numbers(options.get(key, ""))]


def filled(text: str, value: Callable[[str], str], plain: Callable[[str], str] = str) -> str:
    """A text with its numbers set in.

    Args:
        text: One line.
        value: What to set in, for what stands between a number's braces.
        plain: What becomes of the words between numbers.

    Example:
        ```python
        from page_runner.numbers import filled

        assert filled("{{ a:.1f }} of {{ b }}", lambda written: written[0].upper()) == "A of B"
        ```
    """
    parts, at = [], 0
    for number in find_numbers(text):
        if not number.fault:
            parts += [plain(text[at : number.start]), value(number.written)]
            at = number.stop
    return "".join([*parts, plain(text[at:])])


def filled_words(text: str, value: Callable[[str], str]) -> str:
    r"""The words of an option, where nobody reads Markdown, with its numbers set in, and `\{{` as two braces.

    Example:
        ```python
        from page_runner.numbers import filled_words

        assert filled_words(r"\{{ a }} is {{ a }}", str.upper) == "{{ a }} is A"
        ```
    """
    return filled(text, value, lambda words: words.replace("\\{{", "{{"))
