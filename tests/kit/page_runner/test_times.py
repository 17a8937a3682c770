"""The times under a page's title."""

from __future__ import annotations

import pytest
from tiny_site import CONFIG, fence

from page_runner.times import minutes, runs_in, words

TICKS = "```"
TIMED = CONFIG.replace("[page_runner]", "[page_runner: {timed: 'a*', versions: [no-such-package]}]")


def test_words_are_those_that_a_reader_reads():
    page = f"# One two {{ #id }}\n\n{TICKS}python\nnot these\n{TICKS}\n\nThree [four](a/b.md) <span class='x'>five</span>.\n"
    assert words(page) == 5
    assert words(f"    {TICKS}text\n    no\n    {TICKS}\nyes") == 1
    assert words("It's 3.14 <!-- hidden words -->") == 2


def test_minutes():
    assert [minutes(count) for count in (0, 200, 201, 2000)] == [1, 1, 2, 10]


@pytest.mark.parametrize("wrong", [0, -1, "10", 2.5, True, None])
def test_a_time_to_run_is_a_whole_number(wrong):
    with pytest.raises(ValueError, match="must be a whole number of seconds, such as 20"):
        runs_in({"runs_in": wrong})


@pytest.fixture
def tiny(site):
    site.config(TIMED)
    site.write("theme/main.html", "{{ page.content }}<i>{{ built_with }}</i>")
    site.page("# Home\n")
    site.page("---\nruns_in: 3\n---\n# A\n\n" + fence("1 + 1"), "a")
    return site


def test_a_timed_page_says_how_long_it_takes_and_what_made_its_numbers(tiny):
    built = tiny.build()
    assert built.ok, built.errors
    assert built.find("h1 + .times", "a").get_text() == (
        "1 minute to read, longer to work through · its code runs in under 3 seconds"
    )
    assert "{'no-such-package': '', 'python': '3." in built.page("a").get_text()
    assert not built.page().select(".times") and "python" not in built.page().get_text()


def test_a_draft_runs_and_says_that_it_is_one(tiny):
    tiny.page("---\ndraft: true\n---\n# A\n\n" + fence("1 + 1"), "a")
    tiny.page("---\ndraft: true\n---\n# Home\n")
    built = tiny.build()
    assert built.ok and built.outputs("a") == ["2"]
    assert built.find("h1 + .times", "a").get_text().startswith("A draft · 1 minute to read")
    assert built.find("h1 + .times").get_text() == "A draft"
    tiny.page("---\ndraft: false\n---\n# Home\n")
    assert not tiny.build().page().select(".times")


def test_a_wrong_time_is_an_error_of_the_page(tiny):
    tiny.page("---\nruns_in: soon\n---\n# A\n\n" + fence("1 + 1"), "a")
    built = tiny.build()
    assert not built.ok
    assert "docs/a.md:2: runs_in is 'soon' but must be a whole number of seconds, such as 20" in "\n".join(built.errors)
    assert built.find(".page-error", "a") and built.outputs("a") == ["2"]
