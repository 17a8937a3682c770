"""Questions that mark themselves: how their lists are read, what HTML they become, how they read without the script."""

from __future__ import annotations

import subprocess
import sys

import pytest
from bs4 import BeautifulSoup, Tag
from markdown import markdown

from questions import QuestionError
from questions.plain import in_two
from questions.question import Choice, Number, read_list

CHOICES = """
??? question "What does `f` *do*?"

    - [ ] It *adds*. :: No: `a :: b`
      stays.
    - [x] It writes down
      what it is given.

    Because it does.

    And more.
"""


def render(text: str) -> BeautifulSoup:
    html = markdown(text, extensions=["attr_list", "pymdownx.details", "pymdownx.superfences", "questions"])
    return BeautifulSoup(html, "html.parser")


def question(text: str) -> Tag:
    (found,) = render(text).select("details.question.quiz")
    return found


def fold(*lines: str, title: str = "Q?") -> str:
    return "\n".join([f'??? question "{title}"', "", *(f"    {line}" for line in lines)])


def test_choices_stand_with_their_signs_and_the_reason():
    found = question(CHOICES)
    assert found.summary is not None and found.summary.decode_contents() == "What does <code>f</code> <em>do</em>?"
    listed = found.select_one(".quiz__key > ul[data-quiz=one][data-search-exclude]")
    assert listed is not None
    wrong, right = listed.select("li")
    assert [wrong["data-quiz-is"], right["data-quiz-is"]] == ["wrong", "right"]
    assert wrong.get_text() == "✗ It adds. No: a :: b\n  stays." and wrong.em and wrong.code
    assert " ".join(right.get_text().split()) == "✓ It writes down what it is given."
    assert [sign["aria-label"] for sign in listed.select("[role=img]")] == ["Wrong:", "Right:"]
    assert [p.get_text() for p in found.select(".quiz__reason > p")] == ["Because it does.", "And more."]


def test_a_list_with_empty_lines_is_read_in_the_same_way():
    found = question(fold("- [X] One.", "", "- [ ] Two. :: No.", "", "Why."))
    assert [" ".join(item.get_text().split()) for item in found.select("li")] == ["✓ One.", "✗ Two. No."]


def test_several_right_choices_ask_for_several():
    assert question(fold("- [x] A", "- [x] B", "- [ ] C", "", "Why.")).select_one("[data-quiz=several]")


@pytest.mark.parametrize(
    ("item", "value", "tolerance", "shown"),
    [
        ("0.2215 ± 0.01", "0.2215", "0.01", "0.2215 ± 0.01"),
        ("-24", "-24.0", "0.0", "-24"),
        ("−1.5 ± 0.25", "-1.5", "0.25", "−1.5 ± 0.25"),
        ("1,234 ± 10", "1234.0", "10.0", "1,234 ± 10"),
        ("1.5e-03 ± 1e-4", "0.0015", "0.0001", "1.5e-03 ± 0.0001"),
        ("64", "64.0", "0.0", "64"),
    ],
)
def test_a_number_keeps_its_value_and_tolerance(item, value, tolerance, shown):
    (asked,) = question(fold(f"- [=] {item}", "", "Why.")).select("ul[data-quiz=number] > li")
    assert (asked["data-quiz-value"], asked["data-quiz-tolerance"]) == (value, tolerance)
    assert asked.get_text() == shown


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["- [ ] A", "- [ ] B", "", "Why."], "no choice is right: mark one or more with [x]"),
        (["- [x] A", "", "Why."], "there is only one choice"),
        (["- [x] A", "- [ ]", "", "Why."], "a choice is empty"),
        (["- [x] :: Yes.", "- [ ] B", "", "Why."], "a choice is empty: say something after [x]"),
        (["- [x] A ::", "- [ ] B", "", "Why."], "nothing stands after the :: of “A”"),
        (["- [x] A", "- [ ] A", "", "Why."], "the choice “A” stands there twice"),
        (["- [x] A", "- B", "", "Why."], "“B” must begin with [ ], [x] or [=]"),
        (["- [x] A", "- [y] B", "", "Why."], "“[y] B” must begin with [ ], [x] or [=]"),
        (["- [x] A", "- [=] 3", "", "Why."], "[=] stands beside other items"),
        (["- [=] 3", "- [=] 4", "", "Why."], "[=] stands beside other items"),
        (["- [=] three", "", "Why."], "“three” is no number: write [=] 0.25 ± 0.01"),
        (["- [=] nan ± 1", "", "Why."], "“nan ± 1” is no number"),
        (["- [=]", "", "Why."], "“” is no number"),
        (["- [=] 0.25 +- 0.01", "", "Why."], "“0.25 +- 0.01” is no number"),
        (["- [=] 0.25 ± little", "", "Why."], "“0.25 ± little” is no number"),
        (["- [=] 0,25 ± 0.1", "", "Why."], "“0,25 ± 0.1” is no number"),
        (["- [=] 0.25", "", "Why."], "0.25 needs a tolerance"),
        (["- [=] 0.25 ± -1", "", "Why."], "the tolerance -1 is negative"),
        (["- [=] 0.25 ± 0.001", "", "Why."], "allow 0.005 or more, or show more digits"),
        (["- [x] A", "- [ ] B"], "it has no reason"),
        (["- [x] A", "", "    More.", "", "- [ ] B", "", "Why."], "holds more than one paragraph"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(lines, words):
    with pytest.raises(QuestionError) as refused:
        render(fold(*lines, title="Where is `it`?"))
    assert str(refused.value).startswith("this text: question “Where is `it`?”: ")
    assert words in str(refused.value)


def test_the_same_question_twice_is_refused():
    one = fold("- [x] A", "- [ ] B", "", "Why.") + "\n\n"
    with pytest.raises(QuestionError, match="asked twice"):
        render(one + one)


def test_other_folds_stay_as_they_are():
    text = (
        fold("- A", "- [B](b.md)", "", "Why.") + '\n\n??? tip "T"\n\n    - [x] A\n\n!!! question "Q"\n\n    - [ ] A\n'
    )
    assert not render(text).select(".quiz, [data-quiz]")
    code = '```text\n??? question "Q"\n\n    - [ ] A\n```\n'
    assert "- [ ] A" in render(code).get_text()


def test_a_questions_name_depends_on_its_words_alone():
    first = question(fold("- [x] A", "- [ ] B", "", "Why."))["id"]
    assert question(fold("- [ ] C", "- [x] A", "", "Other.", title="Q?"))["id"] == first
    assert question(fold("- [x] A", "- [ ] B", "", "Why.", title="R?"))["id"] != first


def test_what_is_read():
    assert read_list(["[x] a", "[ ] `x :: y` b::c :: d"]) == [
        Choice("a", "", True),
        Choice("`x :: y` b::c", "d", False),
    ]
    assert read_list(["[=] 10000"]) == Number("10000", 10000, 0)


def test_in_two_nothing_in_view_gives_the_answer_away():
    lines = ["- [ ] One *a*. :: Too few.", "- [x] Two", "  b.", "", "A pair.", "", "- so"]
    shown, heading, key = in_two("question", lines) or ([], "", [])
    assert shown == ["- [ ] One *a*.", "- [ ] Two\nb."] and heading == "Answer"
    assert key == ["- ✗ One *a*. – Too few.", "- ✓ Two\nb.", "", "A pair.", "", "- so"]
    shown, _, key = in_two("question", ["", "- [=] 0.25 ± 0.01", "", "Why."]) or ([], "", [])
    assert shown == ["Your answer is a number."] and key == ["**0.25** ± 0.01", "", "Why."]
    shown, _, _ = in_two("question", ["- [x] A", "- [x] B", "", "Why."]) or ([], "", [])
    assert shown[0] == "Tick all that apply."


def test_in_two_leaves_other_folds_alone():
    assert in_two("question", ["Some words."]) is None
    assert in_two("question", ["- [a](b.md)"]) is None
    assert in_two("success", ["- [x] A", "- [ ] B"]) is None
    assert in_two("", []) is None


@pytest.mark.parametrize("generator", ["mkdocs", "zensical"])
def test_a_site_has_them_and_an_error_names_the_page(tmp_path, generator):
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Tiny\ntheme: {name: material, font: false}\nplugins: []\nmarkdown_extensions: [pymdownx.details, questions]\n",
        "utf-8",
    )
    page = tmp_path / "docs" / "index.md"

    def build() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", generator, "build"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=120)

    page.write_text("# T\n\n" + fold("- [x] A", "- [ ] B", "", "Why."), "utf-8")
    done = build()
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'data-quiz="one"' in (tmp_path / "site" / "index.html").read_text("utf-8")
    page.write_text("# T\n\n" + fold("- [ ] A", "- [ ] B", "", "Why."), "utf-8")
    done = build()
    assert "docs/index.md:3: question “Q?”: no choice is right" in done.stdout + done.stderr
