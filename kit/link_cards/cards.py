"""The picture that goes with a link to a page, where people share links: 1200 × 630 pixels, drawn at build."""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from page_runner.store import Store

SIZE = (1200, 630)
MARGIN = 90
LEVELS = 15  # from paper to ink; the sixteenth colour is the accent


@dataclass(frozen=True)
class Look:
    """The colours of a card, as `#rrggbb`.

    Example:
        ```python
        from link_cards.cards import Look

        assert Look(paper="#000000").paper == "#000000"
        ```
    """

    paper: str = "#ffffff"
    ink: str = "#222222"
    accent: str = "#0b5c66"


def cached_card(store: Store, title: str, about: str, above: str, below: str, look: Look) -> bytes:
    r"""A card, drawn unless it is in the cache.

    Args:
        store: The cache.
        title: What the page is called.
        about: A sentence on it.
        above: A line over the title.
        below: A line at the foot.
        look: The colours.

    Returns:
        A PNG file.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.store import Store
        from link_cards.cards import Look, cached_card

        with TemporaryDirectory() as folder:
            store = Store(Path(folder, "cards"))
            card = cached_card(store, "Sums", "One and one.", "Part I", "A course", Look())
            assert card.startswith(b"\x89PNG")
            assert cached_card(store, "Sums", "One and one.", "Part I", "A course", Look()) == card
        ```
    """
    key = json.dumps([own_code(), title, about, above, below, asdict(look)])
    name = f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.png"
    drawn = store.load(name)
    if drawn is None:
        drawn = card(title, about, above, below, look)
        store.save(name, drawn)
    return drawn


@functools.cache
def own_code() -> str:
    """The hash of this module: a card that another version drew is drawn anew."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def card(title: str, about: str, above: str, below: str, look: Look) -> bytes:
    """Draw a card.

    Args:
        title: What the page is called.
        about: A sentence on it; cut where it is too long.
        above: A line over the title.
        below: A line at the foot.
        look: The colours.

    Returns:
        A PNG of sixteen colours; the same texts give the same bytes.

    Example:
        ```python
        from link_cards.cards import Look, card

        one, two = (card("Sums", "One and one.", "Part I", "A course", Look()) for _ in range(2))
        assert one == two
        ```
    """
    from PIL import Image, ImageDraw

    image = Image.new("L", SIZE)
    draw = ImageDraw.Draw(image)
    width = SIZE[0] - 2 * MARGIN
    draw.text((MARGIN, 84), above, 175, font("Sans", 30))
    top = 150
    size = next(size for size in (76, 64, 54, 44) if size == 44 or len(lines(title, font("Serif", size), width)) < 3)
    for line in lines(title, font("Serif", size), width)[:3]:
        draw.text((MARGIN, top), line, 255, font("Serif", size))
        top += int(size * 1.25)
    top += 18
    room = (SIZE[1] - 130 - top) // 46
    described = lines(about, font("Sans", 32), width)
    if len(described) > room:
        described = [*described[: room - 1], described[room - 1].rsplit(" ", 1)[0].rstrip(".,;:") + " …"]
    for line in described:
        draw.text((MARGIN, top), line, 190, font("Sans", 32))
        top += 46
    draw.text((MARGIN, SIZE[1] - 92), below, 255, font("Serif", 34))
    image = image.point(lambda value: round(value * (LEVELS - 1) / 255))
    coloured: Any = Image.frombytes("P", SIZE, image.tobytes())
    ImageDraw.Draw(coloured).rectangle((0, 0, 24, SIZE[1]), fill=LEVELS)
    coloured.putpalette(palette(look))
    data = io.BytesIO()
    coloured.save(data, "PNG", optimize=True, bits=4)
    return data.getvalue()


def palette(look: Look) -> list[int]:
    """Red, green and blue of every colour: from paper to ink, then the accent."""
    paper, ink, accent = (
        [int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (look.paper, look.ink, look.accent)
    )
    mixed = [
        round(a + (b - a) * level / (LEVELS - 1)) for level in range(LEVELS) for a, b in zip(paper, ink, strict=True)
    ]
    return mixed + accent


@functools.cache
def font(kind: str, size: int) -> Any:
    """A typeface that comes with Matplotlib, so that every machine has it: `Sans` or `Serif`."""
    import matplotlib
    from PIL import ImageFont

    path = Path(matplotlib.get_data_path(), "fonts", "ttf", f"DejaVu{kind}.ttf")
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def lines(text: str, face: Any, width: int) -> Sequence[str]:
    """Text as lines that fit."""
    broken: list[str] = []
    for word in text.split():
        if broken and face.getlength(f"{broken[-1]} {word}") <= width:
            broken[-1] += f" {word}"
        else:
            broken.append(word)
    return broken
