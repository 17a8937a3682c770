"""The plugin page_markdown on a tiny site."""

from __future__ import annotations

import pytest
from tiny_site import CONFIG, fence

MARKDOWN = CONFIG.replace("[page_runner]", "[page_runner, page_markdown]")


@pytest.fixture
def tiny(site):
    site.config(MARKDOWN + "site_url: https://example.org/sub/\nnav: [index.md, {Part: [a.md]}]\n")
    site.write("theme/main.html", "{{ page.content }}<i>{{ page_markdown }}</i>")
    site.page("# Home\n")
    site.page("---\ndescription: About A.\n---\n# A\n\nSee [home](index.md#x).\n\n" + fence("1 + 1"), "a")
    return site


def test_each_page_and_the_list_of_them(tiny):
    built = tiny.build()
    assert built.ok, built.errors
    assert (built.site / "a/index.md").read_text("utf-8") == (
        "# A\n\nSee [home](https://example.org/sub/#x).\n\n```python\n1 + 1\n```\n\n```text\n2\n```\n"
    )
    assert built.find("i", "a").get_text() == "a/index.md"
    assert "## Part\n\n- [A](https://example.org/sub/a/index.md): About A.\n" in (built.site / "llms.txt").read_text(
        "utf-8"
    )


def test_one_file_has_all_pages_in_the_order_of_the_menu(tiny):
    for _ in range(2):  # the second build makes no page anew
        built = tiny.build()
        assert (built.site / "llms-full.txt").read_text("utf-8") == (
            "<!-- https://example.org/sub/ -->\n\n# Home\n\n<!-- https://example.org/sub/a/ -->\n\n"
            + (built.site / "a/index.md").read_text("utf-8")
        )


def test_without_an_address_links_lead_from_the_list(tiny):
    tiny.config(MARKDOWN)
    built = tiny.build()
    assert built.ok
    assert "(a/index.md)" in (built.site / "llms.txt").read_text("utf-8")


def test_a_page_that_fails_has_no_markdown(tiny):
    tiny.page("# A\n\n" + fence("1 / 0"), "a")
    built = tiny.build()
    assert not built.ok
    assert not (built.site / "a/index.md").exists()
    assert built.find("i", "a").get_text() == ""


def test_without_the_page_runner_it_says_what_is_missing(tiny):
    tiny.config(MARKDOWN.replace("[page_runner, ", "["))
    built = tiny.build()
    assert not built.ok and "needs the page_runner plugin before it" in "\n".join(built.errors)
