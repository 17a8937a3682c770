"""What goes wrong in a part of the kit beside the runner is an error of its page, too; the first cause is said first."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tiny_site import CONFIG, TICKS, Built, fence

QUESTIONS = CONFIG + "  - questions\n"
GLOSSARY = CONFIG + "  - def_list\n  - glossary_terms: {glossary: words.md, pages: ['lesson*']}\n"
WORDS = '# Words\n\nLoss { #loss forms="losses" }\n:   How bad.\n\nGain { #gain }\n:   How good.\n'
RIGHT = "- [x] A\n    - [ ] B\n\n    Why."


def question(title: str, body: str = RIGHT) -> str:
    return f'??? question "{title}"\n\n    {body}\n\n'


def test_each_question_that_cannot_be_read_is_said_and_the_others_are_asked(site):
    site.config(QUESTIONS)
    site.page("# Home\n")
    text = "---\ntitle: T\n---\n\n\n# T\n\n" + f'{TICKS}text\n??? question "Shown"\n{TICKS}\n\n'
    text += question("Not asked", "- A\n    - B") + question("One?") + question("Two?", RIGHT.replace("x", " "))
    text += '!!! note\n\n    ??? question "Three?"\n\n        - [=] 0.25\n\n        Why.\n\n' + question("One?")
    site.page(text, "lesson")
    built = site.build()
    *errors, summary = built.errors
    lines = [number for number, line in enumerate(text.split("\n"), 1) if "Two?" in line or "Three?" in line]
    lines.append(text[: text.rindex("??? question")].count("\n") + 1)
    said = ["no choice is right", "0.25 needs a tolerance", "it is asked twice"]
    for error, line, words in zip(errors, lines, said, strict=True):
        assert error.startswith(f"docs/lesson.md:{line}: question “") and words in error
    assert summary == "1 page failed: " + ", ".join(f"docs/lesson.md:{line}" for line in lines)
    page = built.page("lesson")
    assert [fold.summary.get_text() for fold in page.select("details.quiz")] == ["One?"]
    assert [box.parent.summary.get_text() for box in page.select("details[open] > .page-error")] == [
        "Two?", "Three?", "One?",
    ]  # fmt: skip
    assert built.find("h1").get_text() == "Home"


def test_a_question_whose_number_was_not_computed_is_no_other_error(site):
    site.config(QUESTIONS)
    numbers = question("N?", "- [=] {{ n:.1f }} ± 0.1\n\n    Why.") + question("M?", RIGHT.replace("A", "{{ n }}"))
    numbers += question("O {{ n }}?", "- [x] {{ n }}\n    - [ ] {{ n + 1 }}\n\n    Why.")
    site.page("# T\n\n" + fence("1 / 0") + "\n" + numbers + question("Wrong?", RIGHT.replace("x", " ")))
    built = site.build()
    first, second, _ = built.errors
    assert "ZeroDivisionError" in first and "“Wrong?”: no choice is right" in second
    assert built.find("details").get_text().split()[:4] == ["N?", "[=]", "…", "±"]
    assert "data-quiz" in str(built.page().select("details")[1])


def test_an_error_of_the_glossary_is_shown_on_its_own_page_alone(site):
    site.config(GLOSSARY)
    site.page("# Lesson\n\nA loss.\n", "lesson")
    for text, line, words in (
        (WORDS.replace("#gain ", '#gain forms="loss" '), 6, "the glossary has 'loss' under loss and again under gain"),
        (WORDS.replace('"losses"', "losses"), 3, "“Loss { #loss forms=losses }” cannot be read"),
        (WORDS.replace("{ #gain", "#gain"), 6, "“Gain #gain }” cannot be read"),
    ):
        site.page(text, "words")
        built = site.build()
        assert built.errors[0].startswith(f"docs/words.md:{line}: {words}")
        assert built.errors[1] == f"1 page failed: docs/words.md:{line}"
        assert words in built.find(".page-error", "words").get_text()
        assert "A loss." in built.page("lesson").get_text() and not built.page("lesson").select("a.term")
    site.page(WORDS, "words")
    assert site.build().find("a.term", "lesson").get_text() == "loss"


def test_a_glossary_that_is_not_there_is_said_on_the_pages_that_want_it(site):
    site.config(GLOSSARY)
    site.page("# Home\n")
    site.page("# Lesson\n\nA loss.\n", "lesson")
    built = site.build()
    assert built.errors[0] == "docs/lesson.md:1: no term of this page can be linked: there is no docs/words.md"
    assert "A loss." in built.page("lesson").get_text() and not built.page().select(".page-error")


def test_what_the_notebook_cannot_hold_is_an_error_of_its_page(site, monkeypatch):
    site.write("failing_parting.py", "def in_two(kind, lines):\n    raise ValueError('no such fold')\n")
    monkeypatch.syspath_prepend(site.root)
    site.config(CONFIG.replace("[page_runner]", "[page_runner: {in_two: !!python/name:failing_parting.in_two }]"))
    site.page("# Home\n")
    site.page("# T\n\n" + fence("1") + "\n" + question("Q?"), "lesson")
    built = site.build()
    assert built.errors[0].startswith("docs/lesson.md:1: ValueError: no such fold") and not built.ok
    assert built.outputs("lesson") == ["1"] and built.find(".page-error", "lesson")
    assert not (built.site / "lesson/lesson.ipynb").exists()


def test_a_link_that_nobody_can_read_is_an_error_of_its_page(site):
    site.page("# Home\n")
    site.page("# T\n\n[x](http://[bad)\n", "lesson")
    built = site.build()
    assert built.errors[0].startswith("docs/lesson.md:1: ValueError: Invalid IPv6 URL") and not built.ok


def test_a_card_that_cannot_be_drawn_is_an_error_of_its_page(site, monkeypatch):
    def broken(*_: object) -> None:
        raise OSError("no font")

    monkeypatch.setattr("link_cards.plugin.cached_card", broken)
    site.config(CONFIG.replace("[page_runner]", "[page_runner, link_cards]") + "site_url: https://example.org/\n")
    site.page("# Home\n\n" + fence("1"))
    built = site.build()
    assert built.errors[0].startswith("docs/index.md:1: OSError: no font") and built.outputs() == ["1"]


@pytest.mark.parametrize("text", ["# T\n\n" + fence("1 / 0"), "# T\n\n" + question("Q?", "- [x] A\n\n    Why.")])
def test_zensical_shows_them_too(site, text):
    site.config(
        "site_name: Tiny\ntheme: {name: material}\nmarkdown_extensions:\n"
        "  - pymdownx.details\n  - pymdownx.superfences\n  - questions\n  - page_runner\n"
    )
    site.page(text + '\n\n??? question "N?"\n\n    - [=] {{ 2 + 2 }}\n\n    Why.\n')
    command = [sys.executable, "-m", "zensical", "build"]
    done = subprocess.run(command, cwd=site.root, capture_output=True, encoding="utf-8", timeout=120)
    assert "docs/index.md:4: ZeroDivisionError" in done.stderr or "docs/index.md:3: question “Q?”" in done.stderr
    assert len(Built(site.root / "site").page().select(".page-error")) == 1
