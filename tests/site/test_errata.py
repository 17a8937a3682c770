"""The errata are complete and well formed, and every entry and the lesson that treats it lead to each other.

A new entry needs no line here. Those that are here, the statements known so far, must not be lost.
"""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path

import pytest
from project_root import ROOT

from page_runner.page import read_page

DOCS = ROOT / "docs"

# Statements of the notes that are not true, and words by which each entry can be told.
NOTES = {
    1: "noise(x,mult)",
    2: "0,3",
    3: "// this creates",
    4: "np.random.seed",
    5: "[:,None]",
    6: "indicating the loss",
    7: "rectified_liener",
    8: "abc.grad*0.01",
    9: "simplest form",
    10: "PyTorch machinery",
    11: "billions of parameters",
    12: "tensor cores",
    13: "[https://course.fast.ai/Lessons/lesson3.html]",
    14: "from each data point to the curve",
    15: "greatest rate of increase",
    16: "descreases",
    17: "any computable function",
    18: "np.clip(x,0)",
    19: "F.relu",
    20: "added together",
    21: "johab",
    22: "f_packed_Args",
    23: "requires_grad_()",
    24: "elements of a `variable`",
    25: "broadcasts the vector",
    26: "invented in the APL",
    27: "does not make any copies",
    28: "slope of the weight",
    29: "anything that ends with",
    30: "on the loss function",
    31: "calc_loss",
    32: "from-scratch]",
    33: "ensemble of binary splits",
    34: "created by meta",
    35: "think matrix",
    36: "most general",
    37: "twice the memory",
    38: "each NNs parameters",
    39: "(2x)",
    40: "already full",
    41: "w=w-learning_rate*gradient",
    42: "loss.backwards()",
    43: "different types",
    44: "used to calculate gradients",
    45: "model.forward()",
    46: "parameters only",
    47: "model.drop()",
    48: "inference within torch.no_grad()",
    49: "good, accurate explanation",
    50: "empty",
}
IMPRECISE = {10, 11, 16, 24, 48}

# Statements of public courses, books and tutorials.
ORIGINALS = {
    1: "*rank-0 tensor*",
    2: "increasing for a while",
    3: "exactly the same thing",
    4: "df[indep_cols].values",
    5: "one gradient descent step",
    6: "calc_preds(tst_indep, coeffs)",
    7: "identical outputs",
    8: "not a bad start",
    9: "value_counts(dropna=False)",
    10: "df.Family==1",
    11: "the probability that, if you pick two rows",
    12: "mean_absolute_error(val_y, avg_probs)",
    13: "m.feature_importances_",
    14: "08_collab",
    15: "09_neural_nets_with_pytorch.ipynb",
    16: "issues/2693",
    17: "not recommended",
    18: "very close to calculating",
    19: "micrograd",
    20: "any problem to any level of accuracy",
}
PAGES = {"M": ("errata.md", NOTES), "O": ("errata-originals.md", ORIGINALS)}
HEADING = re.compile(r"^### (?P<letter>[MO])(?P<number>\d+) · \S.* \{ #(?P<id>\w+) \}$")
NAMED = re.compile(r"\]\([^)\s]+\)\{ #(?P<id>[\w-]+) \}")  # a link that has an address of its own
both_pages = pytest.mark.parametrize("letter", PAGES)


def without_fences(text: str) -> str:
    return re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.M | re.S)


@cache
def sections(path: Path) -> dict[str, str]:
    """The text under every heading of a page, by the name that links use; the first heading's begins the page.

    A lesson that only names an erratum gives the section's name to its link: there the paragraph is the text.
    """
    found = {}
    for part in re.split(r"^(?=#+ )", without_fences(path.read_text("utf-8")), flags=re.M):
        heading = part.partition("\n")[0].lstrip("#").strip()
        given = re.search(r"\{ #([\w-]+) \}$", heading)
        plain = re.sub(r"[^\w\s-]", "", heading.lower())
        found[given[1] if given else re.sub(r"[-\s]+", "-", plain).strip("-")] = part
        found |= {match["id"]: line for line in part.splitlines() for match in NAMED.finditer(line)}
    return found


@cache
def entries(letter: str) -> dict[int, str]:
    """The text of every entry of a page, by its number."""
    text = (DOCS / PAGES[letter][0]).read_text("utf-8")
    found = re.finditer(rf"^### {letter}(\d+)\b.*?(?=^##|\Z)", text, re.M | re.S)
    return {int(match[1]): match[0] for match in found}


@both_pages
def test_the_entries_are_numbered_in_order_and_no_known_one_is_missing(letter, subtests: pytest.Subtests):
    page, known = PAGES[letter]
    headings = re.findall(r"^##.+$", without_fences((DOCS / page).read_text("utf-8")), re.M)
    numbers: list[list[int]] = [[]]  # of each part of the page
    for heading in headings:
        if heading.startswith("## "):
            numbers.append([])
            continue
        with subtests.test(heading):
            match = HEADING.match(heading)
            assert match, f"write: ### {letter}<number> · <a few words> {{ #{letter.lower()}<number> }}"
            assert match["letter"] == letter
            assert match["id"] == f"{letter.lower()}{match['number']}"
            numbers[-1].append(int(match["number"]))
    assert all(part == sorted(part) for part in numbers)
    everywhere = sorted(number for part in numbers for number in part)
    assert everywhere == list(range(1, len(everywhere) + 1)), "each number stands once, and none is left out"
    assert set(known) <= set(everywhere)


@both_pages
def test_the_known_statements_are_still_those_of_their_numbers(letter, subtests: pytest.Subtests):
    for number, words in PAGES[letter][1].items():
        with subtests.test(f"{letter}{number}"):
            text = entries(letter)[number]
            assert words in text
            assert ("**Imprecise:**" in text) == (letter == "M" and number in IMPRECISE)


@both_pages
def test_an_entry_says_what_was_said_and_what_is_true(letter, subtests: pytest.Subtests):
    for number, text in entries(letter).items():
        with subtests.test(f"{letter}{number}"):
            before, _, after = text.partition("**Said:**")
            assert after, "**Said:** is missing"
            assert "**" not in before
            kinds = sum(after.count(f"**{kind}:**") for kind in ("True", "Imprecise"))
            assert kinds == 1, "after **Said:** one **True:** or one **Imprecise:** is to stand"


def test_an_entry_on_others_says_when_it_was_looked_up(subtests: pytest.Subtests):
    for number, text in entries("O").items():
        with subtests.test(f"O{number}"):
            said = text.partition("**Said:**")[2].partition("**True:**")[0]
            day = re.search(r"Looked up on (\d{4}-\d\d-\d\d)\.$", said.strip())
            assert day
            assert datetime.date(2026, 11, 1) <= datetime.date.fromisoformat(day[1]) <= datetime.date.today()


@both_pages
def test_an_entry_is_shown_by_a_snippet_or_says_that_there_is_none(letter, subtests: pytest.Subtests):
    for number, text in entries(letter).items():
        with subtests.test(f"{letter}{number}"):
            shown, told = "```python" in text, "nothing here to run" in text
            assert shown != told, "give it a snippet, or say that there is nothing here to run"


@both_pages
def test_an_entry_and_the_lessons_that_treat_it_lead_to_each_other(letter, subtests: pytest.Subtests):
    """The last paragraph names the lesson's section, and that section names the entry."""
    for number, text in entries(letter).items():
        with subtests.test(f"{letter}{number}"):
            last = text.strip().splitlines()[-1]
            links = re.findall(r"\]\((lessons/[\w-]+\.md)(?:#([\w-]+))?\)", last)
            assert links, "the last line names no lesson"
            back = f"../{PAGES[letter][0]}#{letter.lower()}{number})"
            for page, anchor in links:
                assert not anchor or anchor in sections(DOCS / page), f"{page} has no section {anchor}"
            named = [(page, anchor) for page, anchor in links if anchor]
            answered = any(back in sections(DOCS / page)[anchor] for page, anchor in named)
            assert not named or answered, f"none of {named} has a link to {back[:-1]}"
            assert named or letter == "O", "the last line names no section of a lesson"


@both_pages
def test_the_table_at_the_top_leads_to_every_entry(letter, subtests: pytest.Subtests):
    rows = [line for line in (DOCS / PAGES[letter][0]).read_text("utf-8").splitlines() if line.startswith("| ")]
    for number in entries(letter):
        with subtests.test(f"{letter}{number}"):
            link = f"[{letter}{number}](#{letter.lower()}{number})"
            assert any(link in row for row in rows), f"no row of the table has {link}"


def test_numbered_sections_of_lessons_name_their_erratum():
    """A lesson's section m07 is about erratum M7 and says so."""
    numbered = {
        (path.name, name): text
        for path in sorted((DOCS / "lessons").glob("*.md"))
        for name, text in sections(path).items()
        if re.fullmatch(r"m\d\d", name)
    }
    assert set(NOTES) <= {int(name[1:]) for _, name in numbered} <= set(entries("M"))
    for (page, name), text in numbered.items():
        assert f"](../errata.md#m{int(name[1:])})" in text, f"{page}#{name}"


@both_pages
def test_most_snippets_are_small(letter):
    """Small enough to be read at a glance; the first one imports for all."""
    first, *snippets = read_page(DOCS / PAGES[letter][0], ROOT).snippets
    assert first.source.startswith("import")
    assert max(len(snippet.source.splitlines()) for snippet in snippets) <= 32


def test_the_self_test_asks_of_entries_and_has_true_statements_too():
    asked = re.findall(r'^\?\?\? question "True or not: .+?"\n(.*?)(?=^\?\?\?|\Z)', source("errata.md"), re.M | re.S)
    assert len(asked) >= 12
    assert 3 <= sum("- [x] True." in text for text in asked) < len(asked) / 2
    for text in asked:
        number = re.search(r"\[M(\d+)\]\(#m(\d+)\)$", text.strip())
        assert number and number[1] == number[2]


def source(page: str) -> str:
    return (DOCS / page).read_text("utf-8")
