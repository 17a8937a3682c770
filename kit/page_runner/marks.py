"""The marks of highlighted code, of which a page needs far fewer than the highlighter makes."""

from __future__ import annotations

import re

# Names, operators, punctuation and white space have the colour of the text around them.
PLAIN = re.compile(r'<span class="(?:n|o|p|w|fm|kc|sa|vm)">([^<]*)</span>|(?<=<pre>)<span></span>(?=<code>)')
LOOKS = ("bp nb no", "c c1 cm sd", "k kn kr", "nc ne nf nn", "ow", "s s1 s2 si")  # classes that look alike
ALIKE = re.compile(
    "|".join(rf'(?:<span class="(?:{names.replace(" ", "|")})">[^<]*</span>\s*){{2,}}(?<!\s)' for names in LOOKS)
)
MARKS = re.compile(r"</span>(\s*)<span[^>]*>")


def slim(html: str) -> str:
    """The same code with fewer elements: one mark for several of one look, none for what looks like plain text.

    Args:
        html: A page's HTML.

    Returns:
        The HTML with the same text and the same look.

    Example:
        ```python
        from page_runner.marks import slim

        assert slim('<span class="n">x</span> <span class="k">if</span>') == 'x <span class="k">if</span>'
        ```
    """
    return ALIKE.sub(lambda several: MARKS.sub(r"\1", several[0]), PLAIN.sub(r"\1", html))
