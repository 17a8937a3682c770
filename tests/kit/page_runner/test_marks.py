"""Highlighted code with few marks says and looks the same."""

from __future__ import annotations

from bs4 import BeautifulSoup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from page_runner.marks import LOOKS, slim

CODE = '''def __call__(self, x):
    """One
    two.
    """
    # a
    # b
    return x is not None and f"a{x:.2f}b" not in {"c" "d": 1.5}


import a.b as c
'''
LOOK = {name: look for look in LOOKS for name in look.split()}


def looks(html):
    """The look of each letter that one can see."""
    found = []
    for text in BeautifulSoup(html, "html.parser").find_all(string=True):
        name = " ".join(text.parent.get("class", []))
        found += [(letter, LOOK.get(name, name)) for letter in text if letter.strip()]
    return found


def test_the_text_and_its_look_stay_and_most_elements_go():
    before = highlight(CODE, PythonLexer(), HtmlFormatter(wrapcode=True))
    after = slim(before)
    assert BeautifulSoup(after, "html.parser").text == BeautifulSoup(before, "html.parser").text
    plain = {"n", "o", "p", "fm", "kc", "sa"}
    assert looks(after) == [(letter, "" if look in plain else look) for letter, look in looks(before)]
    assert after.count("<span") < 0.4 * before.count("<span")


def test_marks_that_do_not_touch_and_other_spans_stay():
    html = '<span class="k">if</span> x <span class="k">else</span> <span class="term">a</span> <span class="term">b</span>'
    assert slim(html) == html
