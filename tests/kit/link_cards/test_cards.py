"""The picture that a link to a page shows."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from link_cards.cards import SIZE, Look, card, lines

LOOK = Look("#fdfbf7", "#2a2723", "#0b5c66")


def test_a_card_is_the_same_each_time_and_light():
    texts = ("A title of more words than fit into one line of the card", "A description. " * 30, "Part", "Course")
    drawn = card(*texts, LOOK)
    assert drawn == card(*texts, LOOK)
    image = Image.open(BytesIO(drawn))
    assert (image.size, image.mode) == (SIZE, "P")
    assert len(drawn) < 30_000
    colours = {colour for _, colour in image.convert("RGB").getcolors()}
    assert {(0xFD, 0xFB, 0xF7), (0x2A, 0x27, 0x23), (0x0B, 0x5C, 0x66)} <= colours


def test_a_word_longer_than_a_line_has_a_line_of_its_own():
    class Face:
        getlength = staticmethod(len)

    assert lines("aa bbbbbb c d", Face(), 4) == ["aa", "bbbbbb", "c d"]


def test_fonts_of_the_cards_come_with_matplotlib():
    import matplotlib

    fonts = Path(matplotlib.get_data_path(), "fonts/ttf")
    assert {"DejaVuSans.ttf", "DejaVuSerif.ttf"} <= {file.name for file in fonts.iterdir()}
