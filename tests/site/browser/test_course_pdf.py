"""The course as a PDF: what stands in it and where, its outline, its contents and its links."""

import os
import re
import subprocess
import sys

import pytest
from project_root import ROOT
from pypdf import PdfReader

from course_pdf import print_course


def outline(reader, items=None, depth=0):
    """Depth, title and page, from 1, of each item."""
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            yield from outline(reader, item, depth + 1)
        else:
            yield depth, item.title, reader.get_destination_page_number(item) + 1


def words(page):
    return re.sub(r"\s+", " ", page.extract_text())


def test_two_pages(course, browser, tmp_path):
    file = tmp_path / "two.pdf"
    print_course(course.folder, file, browser, ("lessons/autograd/", "accessibility/").__contains__)
    reader = PdfReader(file)
    text = [words(page) for page in reader.pages]
    assert [text[number].endswith(f" {number + 1}") for number in range(1, len(text))] == [True] * (len(text) - 1)

    found = [*outline(reader)]
    tops = [(depth, title) for depth, title, _ in found if depth < 2]
    part, back = (0, "Part I · Fit a function"), (0, "Back matter")
    assert tops == [(0, "Contents"), part, (1, "Autograd"), back, (1, "Accessibility")]
    for title, number in [(title, number) for depth, title, number in found if depth == 1]:
        assert f"{title} {number}" in text[1]
        assert title in text[number - 1]

    (end,) = [number for _, title, number in found if title == "Solutions and answers"]
    assert "✓ slope_of" in " ".join(text[end - 1 :])
    assert "✓ slope_of" not in " ".join(text[: end - 1])
    assert "Download as notebook" not in " ".join(text)

    links = [link.get_object() for page in reader.pages for link in page.get("/Annots", [])]
    outside = [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})]
    assert f"{course.url}lessons/gradient-descent/" in outside  # which is not printed here
    assert [address for address in outside if "127.0.0.1" in address and not address.startswith(course.url)] == []
    named = reader.named_destinations
    inside = [link["/Dest"] for link in links if "/Dest" in link]
    assert len(inside) > 20
    assert [name for name in inside if name not in named] == []


@pytest.mark.weekly
def test_the_whole_course(tmp_path):
    name = "whole.pdf"
    environment = os.environ | {"COURSE_PDF": name, "NO_MKDOCS_2_WARNING": "1", "PAGE_RUNNER_PATIENCE": "10"}
    for command in (
        ["-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)],
        ["tools/course_pdf.py", str(tmp_path / name)],
    ):
        subprocess.run([sys.executable, *command], cwd=ROOT, env=environment, check=True)
    assert f'href="../{name}"' in (tmp_path / "whole-course/index.html").read_text("utf-8")
    reader = PdfReader(tmp_path / name)
    titles = [title for depth, title, _ in outline(reader) if depth == 1]
    assert len(titles) == len(set(titles)) > 50
    assert titles[0] == "How to take a lesson"
    assert "Glossary" in titles
    empty = [number for number, page in enumerate(reader.pages, 1) if len(words(page)) < 20]
    assert len(empty) < len(reader.pages) / 10
