"""Takes out of a page's HTML the styles that a strict policy forbids there, and names its scripts by their hashes."""

from __future__ import annotations

import base64
import hashlib
import html
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

ATTRIBUTES = r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+"""
# What stands in comments, scripts and text is no tag.
PARTS = re.compile(
    rf"<!--.*?-->|<(?P<whole>script|style|textarea|title)\b(?P<given>{ATTRIBUTES})>(?P<text>.*?)</(?P=whole)\s*>"
    rf"|</(?P<end>svg|foreignobject)\s*>|<(?P<tag>[a-z][^\s/>]*+)(?P<attributes>{ATTRIBUTES})>",
    re.S | re.I,
)
ATTRIBUTE = re.compile(r"""\s*(?P<name>[^\s=>"'/]+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s>"']+))?""")
MARKED = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=|javascript:", re.I)
DECLARATION = re.compile(r"""(?:[^;"'()]|"[^"]*"|'[^']*'|\((?:[^()"']|"[^"]*"|'[^']*')*\))+""")
ADDRESS = re.compile(r"""url\(\s*(["']?)(?![a-z][\w+.-]*:|[/#])([^"')]+)\1\s*\)""", re.I)
# Of an element inside a drawing these can be said by attributes of the same names.
IN_DRAWINGS = frozenset(
    [
        "alignment-baseline",
        "baseline-shift",
        "clip-path",
        "clip-rule",
        "color",
        "color-interpolation",
        "cursor",
        "direction",
        "display",
        "dominant-baseline",
        "fill",
        "fill-opacity",
        "fill-rule",
        "filter",
        "flood-color",
        "flood-opacity",
        "font-family",
        "font-size",
        "font-stretch",
        "font-style",
        "font-variant",
        "font-weight",
        "image-rendering",
        "letter-spacing",
        "lighting-color",
        "marker-end",
        "marker-mid",
        "marker-start",
        "mask",
        "opacity",
        "overflow",
        "paint-order",
        "pointer-events",
        "shape-rendering",
        "stop-color",
        "stop-opacity",
        "stroke",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-opacity",
        "stroke-width",
        "text-anchor",
        "text-decoration",
        "text-rendering",
        "unicode-bidi",
        "vector-effect",
        "visibility",
        "word-spacing",
        "writing-mode",
    ]
)
STRONG = r":not(#\#)"  # an attribute's styles win over those of a style sheet, and so must the rule in their place
RUNS = {"", "module", "importmap", "speculationrules", "text/javascript", "application/javascript"}


@dataclass
class Apart:
    """A page's HTML, and what was taken out of it."""

    html: str
    sheet: str = ""  # the styles that stood in it
    hashes: list[str] = field(default_factory=list)  # of the scripts that stay in it
    refused: list[str] = field(default_factory=list)  # what no policy without `unsafe-inline` lets run


def apart(page: str, resolve: Callable[[str], str] = str, base: str | None = None) -> Apart:
    r"""Take the styles out of HTML.

    Args:
        page: The HTML.
        resolve: Turns a relative address in a style of the page into what it must be in the sheet.
        base: The page's way to the site's root, if a theme may have written it into its scripts: they take it from an
            attribute, so that they are the same on every page.

    Returns:
        The HTML without style attributes and style elements; what of them cannot be an attribute in a drawing is in the
        sheet.

    Example:
        ```python
        from strict_policy.inline import apart

        assert apart('<svg><path style="fill: none"/></svg>').html == '<svg><path fill="none"/></svg>'
        found = apart('<p style="color: red">x</p>')
        print(found.html, found.sheet)  # <p class="i-…">x</p> .i-…:not(#\#) {color: red}
        ```
    """
    found, rules, sheets, within = Apart(""), dict[str, str](), list[str](), list[str]()

    def moved(match: re.Match[str]) -> str:
        if match["tag"]:
            tag = match["tag"].lower()
            in_drawing = bool(within) and within[-1] == "svg"
            if tag in ("svg", "foreignobject") and not match["attributes"].endswith("/"):
                within.append(tag)
            if not MARKED.search(match["attributes"]):
                return match[0]
            return f"<{match['tag']}{element(match['attributes'], in_drawing)}>"
        if match["end"]:
            if within:
                within.pop()
        elif (match["whole"] or "").lower() == "style":
            sheet = absolute(match["text"])
            media = attributes(match["given"]).get("media")
            sheets.append(f"@media {media} {{{sheet}}}" if media else sheet)
            return ""
        elif (match["whole"] or "").lower() == "script":
            return script(match)
        return match[0]

    def element(written: str, in_drawing: bool) -> str:
        given = attributes(written)
        for name, value in given.items():
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                found.refused.append(f'{name}="{value}"')
        style = given.pop("style", None)
        if style is None:
            return written
        written = without(written, "style")
        left = []
        for name, value in declarations(style):
            if in_drawing and name in IN_DRAWINGS and "!" not in value:
                written = without(written, name)
                written = add(written, name, value)
            else:
                left.append(f"{name}: {value}")
        if left:
            said = absolute("; ".join(left))
            name = f"i-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
            rules[name] = f".{name}{STRONG} {{{said}}}"
            names = f"{given.get('class') or ''} {name}".strip()
            written = add(without(written, "class"), "class", names)
        return written

    def script(match: re.Match[str]) -> str:
        given = attributes(match["given"])
        if "src" in given or (given.get("type") or "").lower() not in RUNS:
            return match[0]
        text, tag = match["text"], match[0]
        fixed = f'new URL("{base}"'
        if base is not None and fixed in text:
            text = text.replace(fixed, "new URL(document.currentScript.dataset.base")
            tag = f'<script{match["given"]} data-base="{html.escape(base)}">{text}</script>'
        found.hashes.append(hash_of(text))
        return tag

    def absolute(sheet: str) -> str:
        return ADDRESS.sub(lambda each: f'url("{resolve(each[2].strip())}")', sheet)

    found.html = PARTS.sub(moved, page)
    found.sheet = "\n".join([*sheets, *rules.values()])
    return found


def hash_of(script: str) -> str:
    """How a policy names a script that stands in the page.

    Example:
        ```python
        from strict_policy.inline import hash_of

        assert hash_of("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        ```
    """
    text = script.replace("\r\n", "\n").replace("\r", "\n")  # as a browser reads it
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def attributes(written: str) -> dict[str, str | None]:
    """A tag's attributes with what they say; of two with one name the first counts."""
    given: dict[str, str | None] = {}
    for match in ATTRIBUTE.finditer(written):
        value = match["value"]
        if value is not None:
            value = html.unescape(value[1:-1] if value[0] in "\"'" else value)
        given.setdefault(match["name"].lower(), value)
    return given


def without(written: str, name: str) -> str:
    """A tag's attributes without one of them."""
    return ATTRIBUTE.sub(lambda match: "" if match["name"].lower() == name else match[0], written)


def add(written: str, name: str, value: str) -> str:
    """A tag's attributes and one more; a tag that ends itself still does."""
    said, end = (written[:-1], "/") if written.endswith("/") else (written, "")
    return f'{said.rstrip()} {name}="{html.escape(value, quote=False).replace(chr(34), "&quot;")}"{end}'


def declarations(style: str) -> list[tuple[str, str]]:
    """What a style attribute says: names and values; one that could end a rule is none."""
    found = []
    for each in DECLARATION.findall(style):
        name, colon, value = each.partition(":")
        if colon and value.strip() and not {"{", "}"} & {*each}:
            name = name.strip()
            found.append((name if name.startswith("--") else name.lower(), " ".join(value.split())))
    return found


def resolver(page: str, sheet: str) -> Callable[[str], str]:
    """Turns addresses relative to a page into such that are relative to a sheet, by the paths of both in the site."""
    return lambda address: posixpath.relpath(
        posixpath.join("/", posixpath.dirname(page), address), posixpath.join("/", posixpath.dirname(sheet))
    )
