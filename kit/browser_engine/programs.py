"""A page as a reader's browser gets it: its program, and its article with places for what the program gives."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

from page_editing.edited import code_hash
from page_editing.preview import Site
from page_runner.cache import Outputs
from page_runner.page import Number, Page, Snippet
from page_runner.program import Output

from .files import EngineError
from .run import PLACE, filled, result

KIT = ("browser_engine", "page_editing", "page_runner", "strict_policy")
LINK = re.compile(r'<link rel="stylesheet" href="[^"]*/page\.[0-9a-f]{8}\.css">')  # to what a strict policy takes out
DATE = (1980, 1, 1, 0, 0, 0)  # of files in the archive, which is to be the same in each build


@dataclass(frozen=True)
class Program:
    """A page's program.

    Attributes:
        text: What the browser fetches, as JSON.
        hash: That of the page's code.
        results: What each snippet and number gave, as the page has it.
    """

    text: str
    hash: str
    results: list[str]


def program_of(site: Site, file: File, page: Page, outputs: Outputs) -> Program:
    """The program of a page of a site that is built.

    Args:
        site: The site.
        file: The page's file.
        page: The page as it is written.
        outputs: What its snippets and numbers gave.

    Raises:
        EngineError: The page's text follows from its numbers in another way than by showing them.
    """
    article, sheet = site.article(file, page, [place(at, item) for at, item in enumerate(page.items)])
    results = [result(output) for output in outputs]
    built, _ = site.article(file, page, outputs)
    if LINK.sub("", site.pieces(filled(article, outputs))[0]) != LINK.sub("", built):
        raise EngineError(f"{page.name}: its text follows from its numbers in another way than by showing them")
    about: dict[str, Any] = {
        "hash": code_hash(page),
        "limit": page.time_limit,
        "article": article,
        "sheet": sheet,
        "page": as_json(page),
        "strict": "strict_policy" in site.config.plugins,
        "exercise": site.exercise,
    }
    return Program(json.dumps(about, ensure_ascii=False), about["hash"], results)


def place(at: int, item: Snippet | Number) -> Output | str:
    """What stands in a page's article for what an item will give."""
    if isinstance(item, Number):
        return PLACE.format(at)
    title, fold = (
        PLACE.format(at) if "{{" in item.options.get(key, "") else item.options.get(key, "")
        for key in ("title", "fold")
    )
    return Output([("html", f"<p>{PLACE.format(at)}</p>")], title=title, fold=fold)


def as_json(page: Page) -> dict[str, Any]:
    """A page as JSON holds it."""
    shared = asdict(replace(page, items=(), shown=(), errors=()))
    return shared | {"items": [asdict(item) for item in page.items]}


def runner_archive(packages: Iterable[str]) -> bytes:
    """What runs a page's program in a browser, and packages that it uses, as an archive.

    Args:
        packages: Names of packages that are installed here, of Python alone.

    Returns:
        A zip file.

    Raises:
        EngineError: There is no such package.
    """
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in (*KIT, *packages):
            spec = find_spec(package)
            if spec is None or not spec.origin:
                raise EngineError(f"there is no package {package}")
            folder = Path(spec.origin).parent
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder.parent).as_posix()
                if path.is_file() and not re.search(r"(^|/)(__pycache__|assets)/", name):
                    archive.writestr(zipfile.ZipInfo(name, DATE), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return held.getvalue()
