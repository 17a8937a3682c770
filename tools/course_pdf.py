"""Print a built site as one PDF into its folder: `python tools/course_pdf.py site/course.pdf`, or `make pdf`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from browser_engine.chrome import find_chrome
from browser_engine.web import WebServer, handler_of

STYLE = Path(__file__).with_suffix(".css")
LEFT_OUT = ("review/", "whole-course/", "labs/")  # they live by their scripts, or are about paper; labs are notebooks
MENU = """() => [...document.querySelectorAll(".md-nav--primary a.md-nav__link[href]")].map((link) => {
    const part = link.closest(".md-nav__item--section")?.querySelector("label");
    return [link.href.split("#")[0], link.textContent, part?.textContent ?? ""].map((words) => words.trim());
})"""
ABOUT = """() => [
    document.title,
    document.querySelector("meta[name=description]").content,
    document.querySelector("link[rel=canonical]")?.href ?? "",
    document.querySelector(".md-copyright__highlight")?.textContent.trim() ?? "",
]"""
SET = """async ([script, addresses, parts]) => {
    const { together } = await import(script);
    const sections = await together(addresses);
    for (const [at, section] of sections.entries()) {
        for (const heading of section.querySelectorAll("h1, h2, h3, h4, h5")) {
            heading.setAttribute("aria-level", Number(heading.tagName[1]) + 1); // below its part in the outline
        }
        if (parts[at]) {
            const part = document.createElement("h1");
            part.className = "course-part";
            part.textContent = parts[at];
            section.prepend(part);
        }
    }
    document.querySelector("article").replaceChildren(document.createElement("div"), ...sections);
}"""
FRONT = "(front) => { document.querySelector('article').firstElementChild.innerHTML = front; }"
HEADINGS = """() => [...document.querySelectorAll("article :is(h1, h2, h3, h4, h5, h6)")]
    .map((heading) => heading.innerText.replaceAll("\\u00ad", "").replace(/\\s+/g, " ").trim())"""
NUMBER = """<p style="width: 100%; font: 8pt sans-serif; text-align: center"><span class="pageNumber"></span></p>"""


@dataclass(frozen=True)
class Entry:
    """A page in the site's menu: its address, its title, and the part of the course that it stands in."""

    address: str
    title: str
    part: str


def is_printed(path: str) -> bool:
    """Whether a page goes into the PDF; the first page has a cover in its place."""
    return path != "" and not path.startswith(LEFT_OUT)


def print_course(site: Path, file: Path, browser: Browser, printed: Callable[[str], bool] = is_printed) -> None:
    """Write the PDF of a built site.

    It is printed twice, since only the first time says on which pages the lessons begin.
    """
    with WebServer(handler_of(site)) as server:
        root = f"{server.root}/"
        page = browser.new_page(service_workers="block", bypass_csp=True)
        page.set_default_timeout(600_000)
        page.goto(root)
        about: list[str] = page.evaluate(ABOUT)
        found = dict.fromkeys(Entry(*each) for each in page.evaluate(MENU))
        entries = [each for each in found if printed(each.address.removeprefix(root))]
        parts = [entry.part for entry in entries]
        begun = ["" if at and parts[at - 1] == part else part for at, part in enumerate(parts)]
        page.add_style_tag(path=STYLE)
        script = next(site.glob("assets*/whole-course.js")).relative_to(site).as_posix()
        page.evaluate(SET, [root + script, [entry.address for entry in entries], begun])
        numbers = [0] * len(entries)
        for last in (False, True):
            page.evaluate(FRONT, front(about, entries, numbers))
            page.pdf(
                path=file,
                format="A4",
                margin={"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"},
                display_header_footer=True,
                header_template="<p></p>",
                footer_template=NUMBER,
                tagged=last,
                outline=last,
            )
            numbers = places(file, len(entries))
        name_outline(file, page.evaluate(HEADINGS))
        page.context.close()


def name_outline(file: Path, titles: Sequence[str]) -> None:
    """Write the headings into the outline: of one beside the end of a page Chromium writes the words there twice."""
    writer = PdfWriter(file, incremental=True)
    items = [*outline_items(writer.root_object["/Outlines"])]
    for item, title in zip(items, titles, strict=True):
        item[NameObject("/Title")] = TextStringObject(title)
    writer.write(file)


def outline_items(item: Any) -> Iterator[DictionaryObject]:
    """All items of an outline below this one, in the order of the document."""
    child = item.get_object().get("/First")
    while child is not None:
        yield child.get_object()
        yield from outline_items(child)
        child = child.get_object().get("/Next")


def places(file: Path, count: int) -> list[int]:
    """The pages on which the sections begin, which `whole-course.js` has named `0-`, `1-` and so on."""
    reader = PdfReader(file)
    named = reader.named_destinations
    return [(reader.get_destination_page_number(named[f"/{at}-"]) or 0) + 1 for at in range(count)]


def front(about: Sequence[str], entries: Sequence[Entry], numbers: Sequence[int]) -> str:
    """The first page and the contents."""
    title, description, address, rights = about
    origin = f'<a href="{escape(address)}">{escape(address)}</a>, printed on {date.today():%d %B %Y}. {escape(rights)}'
    listed = []
    counted = enumerate(zip(entries, numbers, strict=True))
    for part, group in groupby(counted, key=lambda each: each[1][0].part):
        items = (
            f'<li><a href="#{at}-">{escape(entry.title)}</a> <span>{number}</span></li>'
            for at, (entry, number) in group
        )
        listed.append(f"<p>{escape(part)}</p><ol>{''.join(items)}</ol>")
    return (
        f'<div class="course-cover"><p class="course-cover__title">{escape(title)}</p>'
        f"<p>{escape(description)}</p><p>{origin}</p></div>"
        f'<nav class="course-contents" aria-label="Contents"><h1>Contents</h1>{"".join(listed)}</nav>'
    )


def main(name: str) -> None:
    """Print the site, and say how large it has become."""
    chrome = find_chrome()
    if not chrome:
        raise SystemExit("No Chrome or Chromium was found: install one, or name its program in CHROME_PATH.")
    file, begun = Path(name).resolve(), time.perf_counter()
    if not (file.parent / "index.html").is_file():
        raise SystemExit(f"{file.parent} is no built site: run mkdocs build before.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome)
        print_course(file.parent, file, browser)
        browser.close()
    size = f"{len(PdfReader(file).pages):,} pages, {file.stat().st_size / 1e6:.0f} MB"
    print(f"{file}: {size}, in {time.perf_counter() - begun:.0f} seconds")


if __name__ == "__main__":
    main(*sys.argv[1:])
