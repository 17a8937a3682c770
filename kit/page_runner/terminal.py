"""Text as a terminal shows it: carriage returns, backspaces, moves and colours are read, other orders are dropped.

What comes out is plain text in which only colours and bold, italic or underlined type are left, as `ESC[…m` before and
`ESC[0m` after each such passage.
"""

from __future__ import annotations

import html
import re

TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # a title, a link, an image
    r"|\x1b[ -/]*(?P<short>[0-~])"
    r"|(?P<control>.)",
    re.S,
)
STYLED = re.compile(r"\x1b\[([\d;]*)m")
# The same orders in one character.
LONG_FORM = {0x80 + number: f"\x1b{chr(0x40 + number)}" for number in range(0x20)}

NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
CLASSES = {1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}
CLASSES |= {start + number: name for start in (30, 90) for number, name in enumerate(NAMES)}
CLASSES |= {start + number: f"on-{name}" for start in (40, 100) for number, name in enumerate(NAMES)}
ENDS = {22: {1, 2}, 23: {3}, 24: {4}, 27: {7}, 29: {9}}
INK, GROUND = {*range(30, 38), *range(90, 98)}, {*range(40, 48), *range(100, 108)}
LEVELS = [0, 95, 135, 175, 215, 255]  # of red, green and blue among 256 colours
# The sixteen colours as xterm has them, in the order of their names; the bright ones last.
PALETTE = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
SIXTEEN: dict[int, bytes] = dict(
    zip([*range(30, 38), *range(90, 98)], map(bytes.fromhex, PALETTE.split()), strict=True)
)

Style = tuple[int, ...]  # the numbers of ESC[…m
Line = list[tuple[Style, str]]


def as_shown(text: str) -> str:
    r"""What stands in a terminal after some text was written to it.

    Args:
        text: What was written.

    Returns:
        The lines that are left, with their styles.

    Example:
        ```python
        from page_runner.terminal import as_shown

        assert as_shown("50 %\r100 %\n") == "100 %\n"
        assert as_shown("a\x1b[31;1mb\x1b[K") == "a\x1b[1;31mb\x1b[0m"
        ```
    """
    if not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text):
        return text
    terminal = Terminal()
    for token in TOKEN.finditer(text.translate(LONG_FORM)):
        terminal.take(token)
    return terminal.shown()


def plain(text: str) -> str:
    r"""Text without its styles.

    Example:
        ```python
        from page_runner.terminal import plain

        assert plain("a\x1b[31mb\x1b[0m") == "ab"
        ```
    """
    return STYLED.sub("", text)


def as_html(text: str) -> str:
    r"""Text as `as_shown` gives it, as HTML: each style is a class.

    Example:
        ```python
        from page_runner.terminal import as_html

        assert as_html("a\x1b[1;31m<\x1b[0m") == 'a<span class="ansi-bold ansi-red">&lt;</span>'
        ```
    """
    parts = STYLED.split(text)
    written = [html.escape(parts[0])]
    for style, part in zip(parts[1::2], parts[2::2], strict=True):
        classes = " ".join(f"ansi-{CLASSES[int(code)]}" for code in style.split(";") if int(code or 0) in CLASSES)
        written.append(f'<span class="{classes}">{html.escape(part)}</span>' if classes and part else html.escape(part))
    return "".join(written)


def cut(text: str, length: int) -> str:
    """The first characters of a text, styles not counted, with an end to the last style."""
    left, kept = length, []
    for number, part in enumerate(STYLED.split(text)):
        if number % 2:
            kept.append(f"\x1b[{part}m")
        else:
            kept.append(part[:left])
            left -= len(kept[-1])
            if not left:
                break
    return "".join(kept) + "\x1b[0m" * (len(kept) > 1)


class Terminal:
    """A terminal with lines as long and as many as are written."""

    def __init__(self) -> None:
        self.lines: list[Line] = [[]]
        self.row = self.column = 0
        self.style: Style = ()
        self.kept = 0, 0  # where the cursor was when that was kept
        self.moved: set[int] = set()  # lines on which the cursor went back

    def take(self, token: re.Match[str]) -> None:
        """Take one piece of text, one control character or one sequence."""
        if token["text"]:
            self._write(token["text"])
        elif token["final"]:
            self._control(token["final"], token["parameters"])
        elif token["short"]:
            self._short(token["short"])
        elif token["control"]:
            self._character(token["control"])

    def shown(self) -> str:
        """What stands there."""
        while len(self.lines) > self.row + 1 and not any(text.strip() for _, text in self.lines[-1]):
            self.lines.pop()
        return "\n".join(self._line(number) for number in range(len(self.lines)))

    def _line(self, number: int) -> str:
        line = self.lines[number]
        while number in self.moved and line and not (line[-1][0] or line[-1][1].rstrip(" ")):
            line.pop()
        if number in self.moved and line and not line[-1][0]:
            line[-1] = (), line[-1][1].rstrip(" ")
        joined: Line = []
        for style, text in line:
            if joined and joined[-1][0] == style:
                joined[-1] = style, joined[-1][1] + text
            else:
                joined.append((style, text))
        return "".join(
            f"\x1b[{';'.join(map(str, style))}m{text}\x1b[0m" if style else text for style, text in joined if text
        )

    def _write(self, text: str) -> None:
        line, style, length = self.lines[self.row], self.style, len(text)
        if self.row not in self.moved:  # the cursor stands at the line's end
            line.append((style, text))
        else:
            before, after = split(line, self.column)
            _, rest = split(after, len(text))
            gap = self.column - sum(len(part) for _, part in before)
            if gap:
                before.append(((), " " * gap))
            if before and before[-1][0] == style:
                text = before.pop()[1] + text
            self.lines[self.row] = [*before, (style, text), *rest]
        self.column += length

    def _go(self, row: int, column: int) -> None:
        self.row, self.column = max(row, 0), max(column, 0)
        fresh = self.row == len(self.lines) and not self.column
        while len(self.lines) <= self.row:
            self.lines.append([])
        if fresh or self.row in self.moved:
            return
        self.moved.add(self.row)
        at = 0
        spread: Line = []
        for style, text in self.lines[self.row]:  # a tab is as many columns as it takes
            spread.append((style, expanded(text, at)))
            at += len(spread[-1][1])
        self.lines[self.row] = spread

    def _character(self, control: str) -> None:
        if control == "\n":
            self._go(self.row + 1, 0)
        elif control in "\v\f":
            self._go(self.row + 1, self.column)
        elif control == "\r":
            self._go(self.row, 0)
        elif control == "\b":
            self._go(self.row, self.column - 1)
        elif control == "\t":
            if self.row in self.moved:
                self._go(self.row, self.column + 8 - self.column % 8)
            else:
                self._write("\t")
        elif control != "\a":
            self._write("\u2421" if control == "\x7f" else chr(0x2400 + ord(control)))

    def _short(self, letter: str) -> None:
        if letter == "7":
            self.kept = self.row, self.column
        elif letter == "8":
            self._go(*self.kept)
        elif letter == "c":
            self._clear()
            self.style = ()
        elif letter in "DEM":
            self._go(self.row + (-1 if letter == "M" else 1), 0 if letter == "E" else self.column)

    def _control(self, letter: str, parameters: str) -> None:
        if parameters[:1] in ("<", "=", ">", "?"):  # a setting of the terminal
            return
        if ":" in parameters:  # 38:2::1:2:3 leaves out a space of colours, 4:3 is a wave
            parameters = re.sub(r"\b4:([1-9])", "4", parameters.replace("::", ":").replace("4:0", "24"))
        numbers = [
            int(number) if number.isdecimal() else 0 for number in re.split("[;:]", parameters) if len(number) < 9
        ]
        first = numbers[0] if numbers else 0
        count = min(max(first, 1), 999)
        if letter == "m":
            self.style = styled(self.style, numbers)
        elif letter in "ABEF":
            row = self.row + (count if letter in "BE" else -count)
            self._go(row, 0 if letter in "EF" else self.column)
        elif letter in "CD":
            self._go(self.row, self.column + (count if letter == "C" else -count))
        elif letter in "G`":
            self._go(self.row, count - 1)
        elif letter in "Hf":
            self._go(count - 1, max([*numbers, 1, 1][1], 1) - 1)
        elif letter == "s":
            self.kept = self.row, self.column
        elif letter == "u":
            self._go(*self.kept)
        elif letter == "K":
            self._erase(first)
        elif letter == "J" and first in (2, 3):
            self._clear()
        elif letter == "J":
            self._erase(first)
            for row in range(len(self.lines)):
                if row > self.row if first == 0 else row < self.row:
                    self.lines[row] = []

    def _erase(self, which: int) -> None:
        """Erase the line from the cursor on, up to it, or all of it."""
        before, after = split(self.lines[self.row], self.column)
        if which == 1:
            _, after = split(after, 1)
            self.lines[self.row] = [((), " " * (self.column + 1)), *after]
        else:
            self.lines[self.row] = [] if which == 2 else before
        self.moved.add(self.row)

    def _clear(self) -> None:
        self.lines, self.row, self.column, self.moved = [[]], 0, 0, set()


def split(line: Line, column: int) -> tuple[Line, Line]:
    """A line up to a column, and from it on."""
    before: Line = []
    for number, (style, text) in enumerate(line):
        if len(text) > column:
            head = [(style, text[:column])] if column else []
            return before + head, [(style, text[column:]), *line[number + 1 :]]
        before.append((style, text))
        column -= len(text)
    return before, []


def expanded(text: str, column: int) -> str:
    """Text that begins at some column, with spaces for tabs."""
    return (" " * column + text).expandtabs()[column:]


def styled(style: Style, numbers: list[int]) -> Style:
    """A style after the numbers of one ESC[…m."""
    now, left = set(style), list(numbers or [0])
    while left:
        code = left.pop(0)
        if code == 0:
            now.clear()
        elif code in (38, 48):
            now -= INK if code == 38 else GROUND
            now |= {colour + code - 38 for colour in colours(left)}
        elif code in ENDS:
            now -= ENDS[code]
        elif code in INK or code == 39:
            now = now - INK | {code} - {39}
        elif code in GROUND or code == 49:
            now = now - GROUND | {code} - {49}
        elif code in CLASSES or code == 21:
            now.add(4 if code == 21 else code)
    return tuple(sorted(now))


def colours(left: list[int]) -> list[int]:
    """The one of the sixteen colours that is nearest to one of 256 or of all; takes its numbers from those left."""
    how = left.pop(0) if left else 0
    if how == 5 and left:
        number = left.pop(0)
        if number < 16:
            return [30 + number if number < 8 else 82 + number]
        if number > 231:
            grey = 8 + 10 * (number - 232)
            return [nearest((grey, grey, grey))]
        steps = divmod(number - 16, 36)
        return [nearest((LEVELS[steps[0] % 6], LEVELS[steps[1] // 6], LEVELS[steps[1] % 6]))]
    if how == 2 and len(left) >= 3:
        red, green, blue = left.pop(0), left.pop(0), left.pop(0)
        return [nearest((red, green, blue))]
    return []


def nearest(colour: tuple[int, int, int]) -> int:
    """The number of the nearest of the sixteen colours."""
    far: dict[int, int] = {
        code: sum(abs(a - b) ** 2 for a, b in zip(known, colour, strict=True)) for code, known in SIXTEEN.items()
    }
    return min(far, key=far.__getitem__)
