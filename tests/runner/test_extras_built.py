"""The plugin site_extras on a tiny site: it knows nothing of the course."""

from __future__ import annotations

import pytest
from tiny_site import CONFIG, fence

EXTRAS = CONFIG.replace(
    "plugins: [page_runner]", "plugins: [page_runner, site_extras: {timed: 'a*', versions: [no-such-package]}]"
)


@pytest.fixture
def tiny(site):
    site.config(EXTRAS + "site_url: https://example.org/sub/\nnav: [index.md, {Part: [a.md]}]\n")
    site.write("theme/main.html", "{{ page.content }}<i>{{ extras }}</i>")
    site.page("# Home\n")
    site.page("---\ndescription: About A.\nruns_in: 3\n---\n# A\n\nSee [home](index.md#x).\n\n" + fence("1 + 1"), "a")
    return site


def test_times_markdown_card_and_list(tiny):
    built = tiny.build()
    assert built.ok, built.errors
    assert built.find("h1 + .times", "a").get_text() == (
        "1 minute to read, longer with the exercises · its code runs in under 3 seconds"
    )
    assert "'versions': {'no-such-package': '', 'python': '3." in built.page("a").get_text()
    assert (built.site / "a/index.md").read_text() == (
        "# A\n\nSee [home](https://example.org/sub/#x).\n\n```python\n1 + 1\n```\n\n```text\n2\n```\n"
    )
    assert {file.name for file in (built.site / "assets/cards").iterdir()} == {"a.png", "index.png"}
    listed = (built.site / "llms.txt").read_text()
    assert "## Part\n\n- [A](https://example.org/sub/a/index.md): About A.\n" in listed
    assert not built.page().select(".times")


def test_without_an_address_there_are_no_cards(tiny):
    tiny.config(EXTRAS)
    built = tiny.build()
    assert built.ok
    assert not (built.site / "assets").exists()
    assert "(a/index.md)" in (built.site / "llms.txt").read_text()


def test_a_page_that_fails_has_no_markdown(tiny):
    tiny.page("# A\n\n" + fence("1 / 0"), "a")
    built = tiny.build()
    assert not built.ok
    assert not (built.site / "a/index.md").exists()


def test_a_draft_runs_and_says_that_it_is_one(tiny):
    tiny.page("---\ndraft: true\n---\n# A\n\n" + fence("1 + 1"), "a")
    tiny.page("---\ndraft: true\n---\n# Home\n")
    built = tiny.build()
    assert built.ok and built.outputs("a") == ["2"]
    assert built.find("h1 + .times", "a").get_text().startswith("A draft · 1 minute to read")
    assert built.find("h1 + .times").get_text() == "A draft"
    tiny.page("---\ndraft: false\n---\n# Home\n")
    assert not tiny.build().page().select(".times")


def test_what_is_wrong_is_said(tiny):
    tiny.page("---\nruns_in: soon\n---\n# A\n", "a")
    assert "docs/a.md:2: runs_in is 'soon' but must be a whole number of seconds, such as 20" in said(tiny)
    tiny.config(EXTRAS.replace("[page_runner, ", "["))
    assert "needs the page_runner plugin before it" in said(tiny)
    tiny.config(EXTRAS.replace("timed: 'a*'", "colours: {inkk: red}"))
    assert "colours may have paper, ink and accent" in said(tiny)


def said(site):
    built = site.build()
    assert not built.ok
    return "\n".join(built.errors)
