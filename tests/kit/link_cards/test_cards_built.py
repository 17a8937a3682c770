"""The plugin link_cards on a tiny site."""

from __future__ import annotations

import pytest
from mkdocs.exceptions import Abort
from tiny_site import CONFIG

CARDS = CONFIG.replace("[page_runner]", "[page_runner, link_cards: {accent: '#ff0000'}]")
ADDRESS = "site_url: https://example.org/sub/\n"


@pytest.fixture
def tiny(site):
    site.config(CARDS + ADDRESS)
    site.write("theme/main.html", "{{ page.content }}<i>{{ link_card }}</i>")
    site.page("# Home\n")
    site.page("# A\n", "part/a")
    return site


def test_a_card_for_each_page(tiny):
    built = tiny.build()
    assert built.ok, built.errors
    cards = {file.name: file.read_bytes() for file in (built.site / "assets/cards").iterdir()}
    assert cards.keys() == {"index.png", "part-a.png"} and len(set(cards.values())) == 2
    assert built.find("i", "part/a").get_text() == "assets/cards/part-a.png"
    tiny.config(CARDS.replace("#ff0000", "#00ff00") + ADDRESS)
    tiny.build()
    assert cards["index.png"] != (built.site / "assets/cards/index.png").read_bytes()


def test_without_an_address_there_are_no_cards(tiny):
    tiny.config(CARDS)
    built = tiny.build()
    assert built.ok
    assert not (built.site / "assets").exists() and built.find("i").get_text() == ""


def test_what_is_wrong_is_said(tiny, caplog):
    tiny.config(CARDS.replace("[page_runner, ", "["))
    built = tiny.build()
    assert not built.ok and "needs the page_runner plugin before it" in "\n".join(built.errors)
    tiny.config(CARDS.replace("#ff0000", "red"))
    with pytest.raises(Abort):
        tiny.build()
    assert "'accent': 'red' is no colour: write it as '#0b5c66'" in caplog.text
