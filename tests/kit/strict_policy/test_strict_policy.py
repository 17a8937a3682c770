"""Pages that a strict policy lets be as they are: what stood in them stands beside them, and looks the same."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from pathlib import Path

import pytest
from project_root import ROOT
from served import Served
from tiny_site import CONFIG, Site

from strict_policy.inline import apart, resolver
from strict_policy.policy import DIRECTIVES, HEADERS

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
THEME = """<!doctype html><html><head>
<meta charset="utf-8"><title>{{ page.title }} <b style="x: y"></title>
<script>here = new URL("{{ base_url }}", location)</script>
<script id="__config" type="application/json">{"base": "{{ base_url }}"}</script>
</head><body><article>{{ page.content }}</article><script>last = 1;</script></body></html>"""


def sha(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.fixture
def strict(site: Site) -> Site:
    with_404 = CONFIG.replace("custom_dir: theme", "custom_dir: theme, static_templates: [404.html]")
    site.config(with_404.replace("[page_runner]", "[page_cache, page_runner, strict_policy]"))
    site.write("theme/main.html", THEME)
    site.write("theme/404.html", THEME.replace("{{ page.title }}", "Nothing").replace("{{ page.content }}", ""))
    return site


@pytest.mark.parametrize(
    ("before", "after", "sheet"),
    [
        ("<p>style='x: y'</p>", "<p>style='x: y'</p>", ""),
        ("<!-- <p style='x: y'> -->", "<!-- <p style='x: y'> -->", ""),
        ("<script>'<p style=\"x: y\">'</script>", "<script>'<p style=\"x: y\">'</script>", ""),
        ('<a title=" style=x" href="#">', '<a title=" style=x" href="#">', ""),
        ("<p style='color: red'>", '<p class="i-35eac301">', ".i-35eac301:not(#\\#) {color: red}"),
        (
            '<p class="a b" id=c style="Color : red ;">',
            '<p id=c class="a b i-35eac301">',
            ".i-35eac301:not(#\\#) {color: red}",
        ),
        ('<svg><path d="M0" style="fill: none; stroke: var(--a, #fff)"/></svg>',
         '<svg><path d="M0" fill="none" stroke="var(--a, #fff)"/></svg>', ""),
        ('<svg><g fill="red" style="fill: blue"></g></svg>', '<svg><g fill="blue"></g></svg>', ""),
        ("<svg><text style=\"font-family: 'A;B', &quot;C&quot;\">", "<svg><text font-family=\"'A;B', &quot;C&quot;\">", ""),
        ('<svg><g style="fill: red !important; --x: 1"></g></svg>', None, "{fill: red !important; --x: 1}"),
        ('<svg style="fill: red"></svg><b style="fill: red">', None, "{fill: red}"),
        ('<svg><foreignObject><b style="color: red"></foreignObject></svg>', None, "{color: red}"),
        ('<p style="a: b} p {c: d">', "<p>", ""),
        ('<p style="a: url(x.png)">', None, '{a: url("../one/x.png")}'),
        ('<p style="a: url(data:x)">', None, "{a: url(data:x)}"),
        ("<style media=print>p {}</style><p>", "<p>", "@media print {p {}}"),
    ],
)  # fmt: skip
def test_styles_become_attributes_of_drawings_or_go_into_a_sheet(before, after, sheet):
    found = apart(before, resolver("one/index.html", "assets/page.css"))
    assert found.html == after or after is None
    assert found.sheet.endswith(sheet) and bool(found.sheet) == bool(sheet)
    assert apart(found.html).html == found.html
    assert found.refused == []


def test_all_pages_have_one_policy_and_their_styles_beside_them(strict: Site):
    strict.page("# Home\n")
    strict.page('# One\n\n<p style="color: red">Red.</p>\n', "deeper/one")
    built = strict.build(strict=True)
    assert built.ok, built.errors
    names = ["index.html", "deeper/one/index.html", "404.html"]
    pages = {name: (built.site / name).read_text("utf-8") for name in names}
    policies = {POLICY.findall(page)[0] for page in pages.values()}
    assert len(policies) == 1
    said = policies.pop().replace("&#39;", "'")
    scripts = ["here = new URL(document.currentScript.dataset.base, location)", "last = 1;"]
    assert f"script-src 'self' {' '.join(sorted(map(sha, scripts)))};" in said
    assert "unsafe" not in said and {each.split()[0] for each in said.split("; ")} == DIRECTIVES.keys()
    assert "; img-src 'self' data:; object-src 'none'; " in said
    for (name, page), base in zip(pages.items(), [".", "../..", "/"], strict=True):
        assert page.index('charset="utf-8"') < page.index("Content-Security-Policy") < page.index("<script"), name
        assert f'<script data-base="{base}">{scripts[0]}</script>' in page
        assert f'{{"base": "{base}"}}' in page
    sheet = re.findall(
        r'<article><link rel="stylesheet" href="../../(assets/page\.[0-9a-f]{8}\.css)">', pages[names[1]]
    )
    assert "color: red" in (built.site / sheet[0]).read_text("utf-8")
    before = {path: path.read_bytes() for path in built.site.rglob("*") if path.is_file()}
    (built.site / sheet[0]).unlink()
    strict.build()
    assert {path: path.read_bytes() for path in before} == before, "a kept page is as it was"


def test_pages_that_plugins_write_by_themselves_have_it_too(strict: Site):
    strict.config(CONFIG.replace("[page_runner]", "[page_runner, moved_pages, strict_policy]"))
    strict.page("# Home\n")
    strict.write("docs/moved.yml", "old.md: {index.md: []}\n")
    assert POLICY.search((strict.build().site / "old/index.html").read_text("utf-8"))


def test_more_can_be_allowed_and_what_cannot_run_is_said(strict: Site):
    allow = "[page_runner, strict_policy: {allow: {connect-src: ['https://example.org']}}]"
    strict.config(CONFIG.replace("[page_runner]", allow))
    strict.page('# Home\n\n<a onclick="x()" href="javascript:y()">One</a>\n')
    built = strict.build()
    assert "connect-src &#39;self&#39; https://example.org;" in (built.site / "index.html").read_text("utf-8")
    assert not strict.build(strict=True).ok


def test_the_preview_reloads_by_a_script_of_its_own(strict: Site):
    strict.page("# Home\n")
    served = Served(strict.root)
    try:
        page = served.wait_for("last = 1")
        assert re.search(
            r'<script src="/assets/live-reload.js" data-epoch="\d+" data-request="\d+"></script></body>', page
        )
        assert "epoch + " in (script := served.get("assets/live-reload.js"))
        assert "livereload(+document.currentScript.dataset.epoch, +document.currentScript.dataset.request)" in script
    finally:
        served.stop()


def test_the_readme_has_the_headers_for_every_host(strict: Site):
    strict.page("# Home\n")
    headers = (strict.build().site / "_headers").read_text("utf-8")
    readme = (ROOT / "kit/README.md").read_text("utf-8")
    for name, value in HEADERS.items():
        assert f"  {name}: {value}\n" in headers
        assert f'    add_header {name} "{value}" always;\n' in readme
        assert f'Header always set {name} "{value}"\n' in readme
    assert Path(strict.root / "site/_headers").is_file()
