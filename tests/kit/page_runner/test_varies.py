"""A snippet that varies: it runs, the page says what the reader will see, and nothing of what it gave is shown or kept."""

from __future__ import annotations

import json

import pytest
from tiny_site import CONFIG, fence

from page_runner.__main__ import show
from page_runner.check import check_page
from page_runner.page import PageError

# What no two runs give alike: as text, as a value, as a table, as a figure, and in the figure's words.
OTHER = "import os\nnew = os.urandom(12).hex()\n"
ALL = f"""{OTHER}import matplotlib.pyplot as plt
import pandas as pd
print(new)
plt.title(new)
plt.plot([1])
object(), pd.DataFrame({{new: [1]}})
pd.DataFrame({{new: [1]}})"""
PAGE = "# Home\n\n" + fence(ALL, 'varies="your <own> number" alt="A line, {{ new }}."') + "\nAfter.\n"
SAYS = "Run this yourself to see your <own> number. That differs from machine to machine, so it is not shown here."


def files(folder) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_page_says_so_in_the_place_of_the_output(site):
    site.page(PAGE, "lesson")
    built = site.build()
    assert built.ok, built.errors
    assert built.outputs("lesson") == [SAYS]
    snippet = built.find(".snippet", "lesson")
    assert "os.urandom" in snippet.get_text() and "varies=" not in str(snippet)
    assert snippet.find_next_sibling().get_text() == SAYS


def test_every_build_is_the_same_byte_for_byte_and_no_value_is_kept(site, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    site.config(CONFIG.replace("plugins: [page_runner]", "plugins: [search, page_runner, page_markdown]"))
    site.page(PAGE, "lesson")
    builds, kept = [], []
    for _ in range(2):
        built = site.build()
        assert built.ok, built.errors
        builds.append(files(built.site))
        (entry,) = (site.root / ".cache/page_runner").iterdir()
        kept.append(entry.read_bytes())
        entry.unlink()
    assert builds[0] == builds[1] and kept[0] == kept[1]
    assert f"*{SAYS}*".encode() in builds[0]["lesson/index.md"]
    book = json.loads(builds[0]["lesson/lesson.ipynb"])
    (cell,) = [each for each in book["cells"] if "os.urandom" in "".join(each["source"])]
    assert cell["outputs"] == []


def test_what_it_printed_is_shown_to_the_author(site, capsys):
    show(site.page(PAGE, "lesson"), site.root)
    varies, printed, table, figure = capsys.readouterr().out.splitlines()[-4:]
    assert varies == "[varies: your <own> number]"
    assert len(printed) == 24 and figure == f"[figure: A line, {printed}.]" and table == "[table or chart]"


USES = {
    "a number": "It is {{ new }}.",
    "a snippet": fence("new"),
    "a function": fence("def f(old):\n    return old, new\n"),
    "an alternative text": fence("import matplotlib.pyplot as plt\nplt.plot([1]);", 'alt="{{ new }}"'),
}


@pytest.mark.parametrize("use", USES)
def test_what_others_make_of_it_is_an_error(site, use):
    text = fence(OTHER, 'varies="x"') + "\n"
    path = site.page(text + USES[use])
    built = site.build()
    line = text.count("\n") + (1 if use == "a number" else 2)
    said = f"docs/index.md:{line}: new comes from the snippet on line 2, which varies: no other may use it"
    assert not built.ok and built.errors[0] == said
    with pytest.raises(PageError, match="which varies"):
        check_page(path, site.root)


def test_another_that_varies_may_use_it_and_the_name_is_free_when_it_is_made_anew(site):
    parts = [fence(OTHER, 'varies="x"'), fence("print(new)", 'varies="y"'), fence("new = 3\nnew"), "It is {{ new }}.\n"]
    site.page("\n".join([*parts, fence("def f(new):\n    return new\n\nf(4)")]))
    built = site.build()
    assert built.ok, built.errors
    assert built.outputs()[2:] == ["3", "4"]
