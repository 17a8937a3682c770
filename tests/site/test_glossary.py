"""The glossary, and the extension that links the first use of its terms."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import tostring

import pytest
from markdown import Markdown
from mkdocs.commands.build import build
from mkdocs.config import load_config
from project_root import ROOT

from glossary_terms import Entry, read_glossary
from glossary_terms.extension import link_terms

DOCS = ROOT / "docs"
SOURCE = (DOCS / "glossary.md").read_text("utf-8")
ENTRIES = {entry.id: entry for entry in read_glossary(SOURCE).listed}

SMALL = """# Glossary

Loss { #loss forms="losses" }
:   How badly a `model` fits, [in short](a.md). [Losses](losses.md#x)

Mean squared error { #mse forms="MSE" }
:   A loss.

Batch { #batch forms="batches" }
:   Some rows.

Mini-batch { #mini-batch }
:   A small batch.

Leaf (of a tree) { #tree-leaf forms="end leaf" }
:   An end.

DataLoader { #loader }
:   It deals.
"""


def linked(text: str) -> str:
    """A text's HTML with the terms of the small glossary linked."""
    html = []

    class Terms(Markdown):
        def build_parser(self):
            super().build_parser()
            outer = self.treeprocessors["unescape"].run

            def run(root):
                link_terms(root, read_glossary(SMALL), "../glossary.md")
                html.append(tostring(root, "unicode"))
                return outer(root)

            self.treeprocessors["unescape"].run = run  # type: ignore[method-assign]
            return self

    Terms(extensions=["attr_list", "tables", "admonition", "pymdownx.details", "pymdownx.superfences"]).convert(text)
    return html[0]


def links(text: str) -> list[tuple[str, str]]:
    """The words that became links, and the ids they lead to."""
    return [(word, at) for at, word in re.findall(r'class="term"[^>]*#([\w-]+)"[^>]*>([^<]*)</a>', linked(text))]


def test_a_term_becomes_a_link_with_its_definition():
    assert (
        '<p>A <a class="term" href="../glossary.md#loss" data-definition="How badly a model fits, in short.">loss'
        in (linked("A loss is one number."))
    )


def test_the_words_around_are_kept():
    text = "First *a loss*, then MSE, and\nbatches of rows. A [link](x.md) and the loss again, mini-batch & all."
    plain = Markdown().convert(text)
    without = re.sub(r'<a class="term"[^>]*>([^<]*)</a>', r"\1", linked(text))
    assert re.sub(r"\s*</?div>\s*", "", without) == plain


def test_only_the_first_use():
    assert links("A loss. The losses. Loss.\n\nLoss, batch.") == [("loss", "loss"), ("batch", "batch")]


def test_the_longest_term_wins():
    assert links("The mean squared\nerror of a mini-batch") == [
        ("mean squared\nerror", "mse"),
        ("mini-batch", "mini-batch"),
    ]


@pytest.mark.parametrize(
    "text", ["lossy", "gloss", "no-loss", "loss-free", "torch.loss", "loss.py", "dataloader", "mse", "LOSS"]
)
def test_parts_of_words_and_other_capitals_are_no_terms(text):
    assert links(f"It is {text} here") == []


@pytest.mark.parametrize("text", ["Loss", "(loss)", "“loss”", "loss.", "loss’s", "*loss*", "DataLoader"])
def test_terms_beside_punctuation(text):
    assert len(links(f"{text} is it")) == 1


def test_a_name_with_brackets_is_not_looked_for():
    assert links("A leaf, an end leaf.") == [("end leaf", "tree-leaf")]


@pytest.mark.parametrize(
    "text",
    [
        "# Loss", "## A loss", "`loss`", "[a loss](x.md)", "![loss](x.png)", "```\nloss\n```", "    loss",
        '!!! note "Loss"\n\n    Nothing.', '??? question "What is a loss?"\n\n    A loss.',
        "| loss |\n|---|\n| x |",
    ],
)  # fmt: skip
def test_where_no_link_is_made(text):
    assert links(text) == []
    assert links(text + "\n\nAfter it a loss.") == [("loss", "loss")]


def test_what_is_bold_is_being_explained():
    assert links("This is the **loss**. A loss is small.") == []
    assert links("A loss, which is called **loss**.") == [("loss", "loss")]


def test_two_entries_cannot_share_a_form():
    with pytest.raises(ValueError, match="'loss' under loss and again under other"):
        read_glossary(SMALL + '\nOther { #other forms="loss" }\n:   Else.\n')


def test_forms_with_signs_and_wide_spaces():
    terms = read_glossary('^ { #power forms="raised  to" }\n:   A sign.\n')
    assert [terms.entry(found).id for found in terms.pattern.findall("a ^ b: a raised to b")] == ["power", "power"]


def test_an_empty_glossary_links_nothing():
    assert read_glossary("# Glossary\n").pattern.findall("any text") == []


def make_site(folder: Path, lesson: str) -> Path:
    (folder / "docs/lessons").mkdir(parents=True, exist_ok=True)
    (folder / "docs/words.md").write_text(
        SMALL.replace("(losses.md#x)", "(lessons/one.md)").replace("(a.md)", "(lessons/one.md)"), "utf-8"
    )
    (folder / "docs/lessons/one.md").write_text(lesson, "utf-8")
    (folder / "docs/index.md").write_text("# Home\n\nA loss.\n", "utf-8")
    (folder / "mkdocs.yml").write_text(
        "site_name: Small\nplugins: [search]\nmarkdown_extensions:\n  - attr_list\n  - def_list\n  - glossary_terms:\n"
        '      glossary: words.md\n      pages: ["lessons/*.md"]\n',
        "utf-8",
    )
    build(load_config(str(folder / "mkdocs.yml"), strict=True))
    return folder / "site"


def test_in_a_site_the_links_lead_to_the_glossary(tmp_path):
    site = make_site(tmp_path, "# One\n\nA loss.\n")
    page = (site / "lessons/one/index.html").read_text("utf-8")
    assert 'href="../../words/#loss"' in page
    assert 'class="term"' not in (site / "index.html").read_text("utf-8")
    words = (site / "words/index.html").read_text("utf-8")
    assert 'class="term"' not in words
    assert '<dt data-forms="losses" id="loss">' in words or '<dt id="loss" data-forms="losses">' in words


def test_a_changed_definition_is_seen_at_once(tmp_path):
    make_site(tmp_path, "# One\n\nA loss.\n")
    glossary = tmp_path / "docs/words.md"
    glossary.write_text(glossary.read_text("utf-8").replace("How badly", "How very badly"), "utf-8")
    build(load_config(str(tmp_path / "mkdocs.yml"), strict=True))
    assert "How very badly" in (tmp_path / "site/lessons/one/index.html").read_text("utf-8")


def test_the_search_index_is_the_same_as_without_links(tmp_path):
    site = make_site(tmp_path, "# One\n\nA loss and a batch of *losses*.\n")
    with_links = (site / "search/search_index.json").read_text("utf-8")
    config = tmp_path / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("lessons/*.md", "nowhere/*.md"), "utf-8")
    build(load_config(str(config), strict=True))
    assert (site / "search/search_index.json").read_text("utf-8") == with_links


# The course's own glossary.


def test_every_entry_of_the_page_is_read():
    assert len(ENTRIES) == len(re.findall(r"^[^:\n].*\n:   ", SOURCE, re.M)) > 150


def test_entries_stand_in_the_order_of_the_alphabet():
    def key(term):
        return re.sub(r"[^a-z0-9 ]", "", re.sub(r"[-–]", " ", term.lower()))

    terms = [key(term) for term in re.findall(r"^(\S[^\n{]*?) \{ #[\w-]+[^}]*\}\n:", SOURCE, re.M)]
    assert terms == sorted(terms)


def test_an_entry_is_one_sentence_and_ends_in_a_link(subtests: pytest.Subtests):
    for name, entry in ENTRIES.items():
        with subtests.test(name):
            assert entry.definition.endswith((".", '?".'))
            assert not re.search(r"\. [A-Z]", entry.definition)
            assert len(entry.definition) < 200
            assert re.search(
                rf"#{name}[ }}].*\n:   .*\]\((?:(?:lessons|reference)/[\w-]+|errata)\.md#[\w-]+\)$", SOURCE, re.M
            ), "it ends in no link to a section"


# Below some entries a second line: the term's other names, and what learners take it for.
SECOND = {
    found["id"]: found["line"]
    for found in re.finditer(r"#(?P<id>[\w-]+)[ }].*\n:   .*\n:   (?P<line>.*)$", SOURCE, re.M)
}
OTHER_NAMES = re.compile(r"Also (?:called|spelt) ([^.;]*?)(?:, (?:which|as|after|with|and|in) [^.;]*)?[.;]")


def test_a_second_line_says_other_names_or_what_a_term_is_not(subtests: pytest.Subtests):
    assert len(SECOND) == len(re.findall(r"^:   .*\n:   ", SOURCE, re.M)) > 100
    for name, line in SECOND.items():
        with subtests.test(name):
            assert re.fullmatch(r"(?:Also .+?\.(?= |$))? ?(?:Not to be confused with .+\.)?", line)
            for term, other in re.findall(r"\[([^]]+)\]\(#([\w-]+)\)", line):
                assert other != name
                assert other in ENTRIES, f"{term} is no entry"


def names_of(entry: Entry) -> set[str]:
    """All names of an entry, in small letters: the term, its forms, and those of its second line."""
    forms = {form for form, its in read_glossary(SOURCE).entries.items() if its == entry}
    others = OTHER_NAMES.match(SECOND.get(entry.id, ""))
    said = set(re.split(r", (?:or )?| or (?:just )?", others[1])) if others else set()
    return {name.strip(" `").lower() for name in {re.sub(r" \(.*", "", entry.term)} | forms | said}


def test_a_synonym_is_visible(subtests: pytest.Subtests):
    """Other names stand in the entry for those who read it, and not in its forms alone, where only scripts see them."""
    for name, entry in ENTRIES.items():
        text = f"{entry.term} {entry.definition} {SECOND.get(name, '')}".lower()
        visible = re.sub(r"[-–_ ]", "", text)
        for form in names_of(entry):
            beginnings = [word[:4].removesuffix("s") for word in re.sub(r"[-–_]", "", form).split()]
            with subtests.test(f"{name}: {form}"):
                assert all(beginning in visible for beginning in beginnings)


def without_an_entry(text: str, words: list[str], known: set[str]) -> list[str]:
    """Lines of words of which a text has one, and the glossary none."""
    lines = [[word.strip().lower() for word in line.split(",")] for line in words]
    return [
        line[0]
        for line in lines
        if known.isdisjoint(line) and re.search(rf"(?<![\w-])(?:{'|'.join(map(re.escape, line))})(?![\w-])", text, re.I)
    ]


def test_a_word_of_the_field_without_an_entry_is_found():
    words = ["loss, losses", "epoch, epochs", "tanh"]
    assert without_an_entry("The losses of two epochs.", words, {"loss"}) == ["epoch"]


def test_words_of_the_field_that_lessons_use_are_in_the_glossary(subtests: pytest.Subtests):
    words = [line for line in (ROOT / "tests/field_terms.txt").read_text("utf-8").splitlines() if line[0] != "#"]
    known = {name for entry in ENTRIES.values() for name in names_of(entry)}
    for lesson in sorted((DOCS / "lessons").glob("*.md")):
        text = re.sub(r"^ *```.*?^ *```$", "", lesson.read_text("utf-8"), flags=re.M | re.S)
        text = " ".join(re.sub(r"`[^`]*`|\]\([^)]*\)|\{\{.*?\}\}|\{ #.*?\}", " ", text).split())
        with subtests.test(lesson.name):
            assert without_an_entry(text, words, known) == []


def test_words_that_readers_bring_are_in_the_glossary():
    """No lesson says these, and every other course does."""
    brought = {"backpropagation", "activation function", "regularisation", "regularization", "vanishing gradient"}
    brought |= {
        "fine-tuning",
        "transfer learning",
        "log-loss",
        "neuron",
        "cost function",
        "pretrained",
        "exploding gradient",
    }
    known = {name for entry in ENTRIES.values() for name in names_of(entry)}
    assert brought - known == {"pretrained"}
    assert "pretrained" in SECOND["fine-tuning"]


# Bold words of lessons that are no terms: emphasis, names of choices, sentences.
PLAIN_BOLD = re.compile(r"[.?!:|]$|\d|^(?:You|A |The |One |Women|Five |Large|Small|Download|Bends)")


def test_what_lessons_set_in_bold_is_mostly_in_the_glossary():
    forms = read_glossary(SOURCE)
    known = {form.lower() for form in forms.entries} | {re.sub(r" \(.*", "", e.term).lower() for e in ENTRIES.values()}
    bold = set()
    for lesson in sorted((DOCS / "lessons").glob("*.md")):
        prose = re.sub(r"^ *```.*?^ *```$", "", lesson.read_text("utf-8"), flags=re.M | re.S)
        bold |= {word.lower() for word in re.findall(r"\*\*([^*\n{]+)\*\*", prose) if not PLAIN_BOLD.search(word)}
    assert len([word for word in bold if word in known]) / len(bold) > 0.6
