"""Text is read as a terminal shows it: what stands there in the end, with its colours, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from page_runner import terminal
from page_runner.program import readable
from page_runner.terminal import as_html, as_shown, cut, plain

ASSETS = Path(terminal.__file__).parent / "assets"
SHOWN = {
    "a line that is written again": ("50 %\r100 %", "100 %"),
    "a shorter one": ("long\rab", "abng"),
    "the end of a line as Windows writes it": ("a\r\nb\r\n", "a\nb\n"),
    "nothing but spaces over it": ("gone\r    \r", ""),
    "backspaces": ("ab\b\bxy", "xy"),
    "a backspace at the beginning": ("\b\bx", "x"),
    "a tab": ("a\tb", "a\tb"),
    "a tab that is written over": ("a\tb\rX", "X       b"),
    "a line above": ("one\ntwo\n\x1b[2Ai", "ine\ntwo"),
    "bars one above the other": ("a 0\nb 0\x1b[A\ra 9\n\rb 9\n", "a 9\nb 9\n"),
    "an erased line": ("old\x1b[2K\rnew", "new"),
    "the rest of a line erased": ("abcdef\x1b[3D\x1b[K", "abc"),
    "the beginning of a line erased": ("abcdef\x1b[3D\x1b[1K", "    ef"),
    "all below erased": ("a\nb\nc\x1b[2A\r\x1b[J", ""),
    "a clean screen": ("old\nolder\x1b[2J\x1b[Hnew", "new"),
    "moves to the right and to a column": ("a\x1b[2Cb\x1b[2Gx", "ax b"),
    "a place that is kept": ("1\x1b[s234\x1b[u9", "1934"),
    "a title": ("\x1b]0;title\x07text", "text"),
    "a link": ("\x1b]8;;https://x\x1b\\words\x1b]8;;\x1b\\", "words"),
    "an image": ("\x1bPq#0~~\x1b\\.", "."),
    "settings": ("\x1b[?25lx\x1b[?25h\x1b[?1049h\x1b(B\x1b=", "x"),
    "a bell": ("a\ab", "ab"),
    "orders in one character": ("\x9b31mr", "\x1b[31mr\x1b[0m"),
    "a sequence that never ends": ("\x1b]0;abc", "0;abc"),
    "other control characters": ("a\x00\x02\x03\x7f", "a␀␂␃␡"),
    "colours": ("a\x1b[31mb\x1b[39mc", "a\x1b[31mb\x1b[0mc"),
    "a colour among 256": ("\x1b[38;5;196mr", "\x1b[91mr\x1b[0m"),
    "a grey among 256": ("\x1b[48;5;232mr", "\x1b[40mr\x1b[0m"),
    "any colour": ("\x1b[38;2;0;200;0mg\x1b[38:2::0:200:0mg", "\x1b[32mgg\x1b[0m"),
    "bold that ends": ("\x1b[1;4mb\x1b[22mn\x1b[0m.", "\x1b[1;4mb\x1b[0m\x1b[4mn\x1b[0m."),
    "a wave below": ("\x1b[4:3mw\x1b[4:0m.", "\x1b[4mw\x1b[0m."),
    "colours that are written over": ("\x1b[31mred\x1b[0m\rb", "b\x1b[31med\x1b[0m"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_terminal_shows(name):
    written, shown = SHOWN[name]
    assert as_shown(written) == shown
    assert as_shown(shown) == shown, "it is read once"


def test_styles_are_classes_of_the_theme():
    assert as_html("\x1b[1;31m<b>\x1b[0m & \x1b[7;93mx\x1b[0m") == (
        '<span class="ansi-bold ansi-red">&lt;b&gt;</span> &amp; <span class="ansi-reverse ansi-yellow">x</span>'
    )
    styles = (ASSETS / "page-runner.css").read_text("utf-8")
    assert [name for name in {*terminal.CLASSES.values()} if f"ansi-{name}" not in styles] == []


def brightness(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, two: str) -> float:
    low, high = sorted((brightness(one), brightness(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("scheme", "grounds"), [(0, ["#ffffff", "#f5f1e8"]), (1, ["#1e2129", "#2a2d37"])])
def test_every_colour_can_be_read_by_day_and_by_night(scheme, grounds):
    styles = (ASSETS / "page-runner.css").read_text("utf-8")
    block = re.findall(r"\{\n((?:  --ansi.*\n)+)\}", styles)[scheme]
    colours = dict(re.findall(r"--ansi-([\w-]+): (#\w{6});", block))
    ink = colours.pop("ground-ink")
    assert len(colours) == 8
    for name, colour in colours.items():
        assert [ground for ground in grounds if contrast(colour, ground) < 4.5] == [], name
        assert contrast(colour, ink) >= 4.5, f"the ink on {name}"


WRITTEN = some.text(some.sampled_from("ab <&\t\n\r\b\x1b[]0123456789;:mKHJABCDGs\a\x00\x9b?é"), max_size=60)


@given(WRITTEN)
def test_nothing_but_text_and_styles_is_left(written):
    shown = as_shown(written)
    assert re.sub(r"\x1b\[[\d;]+m", "", shown).isprintable() or not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", plain(shown)
    )
    assert as_shown(shown) == shown


@given(some.text(some.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")))
def test_plain_text_is_left_as_it_is(text):
    assert as_shown(text) == plain(text) == text


@given(WRITTEN, some.integers(0, 60))
def test_text_is_cut_by_what_is_seen(written, length):
    shown = as_shown(written)
    assert plain(cut(shown, length)) == plain(shown)[:length]


def test_a_snippet_is_cut_as_a_whole():
    parts = [["text", "a" * 15_000], ["html", "<hr>"], ["text", "\x1b[31m" + "b" * 15_000], ["text", "c"]]
    (first, one), (second, _), (third, two) = readable(parts)
    assert (first, second, third, len(one)) == ("text", "html", "text", 15_000)
    assert plain(two) == "b" * 5_000 + "\n… cut here: 10,001 more characters\n"
