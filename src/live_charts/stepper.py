"""Drawings shown one at a time, with a slider and two buttons: `steps` puts them together."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from live_charts.notebook import show_live


@dataclass(frozen=True)
class Steps:
    """Drawings with a caption each, to be stepped through; a page and a notebook show them by themselves.

    Attributes:
        drawings: The drawings, as `<svg>` elements or other HTML.
        captions: What each of them shows that the one before did not.
        alt: What the drawings show, for a reader who does not see them.
        title: Stands above the drawings.

    Example:
        ```python
        from live_charts import steps

        circles = [f'<svg viewBox="0 0 9 9"><circle cx="5" cy="5" r="{r}"/></svg>' for r in (1, 2, 4)]
        shown = steps(circles, ["Small.", "Larger.", "Large."], alt="A circle that grows.")
        assert shown._repr_html_().count("<li>") == 3
        ```
    """

    drawings: Sequence[str] = field(repr=False)
    captions: Sequence[str]
    alt: str
    title: str = ""

    def _repr_html_(self) -> str:
        """The last drawing and all captions; where there are scripts, one at a time, by `assets/steps.js`."""
        frames = "".join(f"<div>{drawing}</div>" for drawing in self.drawings)
        captions = "".join(f"<li>{html.escape(caption)}</li>" for caption in self.captions)
        return (
            f'<figure class="steps" data-search-exclude data-script="steps">{self._heading()}'
            f'<div class="steps__picture" role="img" aria-label="{html.escape(self.alt)}">{frames}</div>'
            f'<ol class="steps__captions">{captions}</ol></figure>'
        )

    def _ipython_display_(self) -> None:
        """In a notebook: the same, with a slider and buttons by ipywidgets."""
        show_live(
            self._widget, lambda: self._heading() + self._frame(len(self.drawings) - 1), "To step through it needs"
        )

    def _widget(self, widgets: Any) -> Any:
        picture = widgets.HTML(self._frame(0))
        slider = widgets.IntSlider(value=1, min=1, max=len(self.drawings), description="step")
        back, on = widgets.Button(description="Previous"), widgets.Button(description="Next")

        def show(_: object) -> None:
            picture.value = self._frame(slider.value - 1)

        def step(by: int) -> None:
            slider.value += by  # stops at its ends by itself

        slider.observe(show, "value")
        back.on_click(lambda _: step(-1))
        on.on_click(lambda _: step(1))
        heading = [widgets.HTML(self._heading())] * bool(self.title)
        return widgets.VBox([*heading, picture, widgets.HBox([back, slider, on])])

    def _heading(self) -> str:
        return f"<figcaption>{html.escape(self.title)}</figcaption>" if self.title else ""

    def _frame(self, place: int) -> str:
        return f"{self.drawings[place]}<p>{place + 1}. {html.escape(self.captions[place])}</p>"


def steps(drawings: Sequence[str], captions: Sequence[str], *, alt: str, title: str = "") -> Steps:
    """Show drawings one at a time, with buttons and a slider to step through them.

    All drawings should have the same size, so that nothing jumps. A page without scripts shows the last of them,
    and all captions as a list.

    Args:
        drawings: Two or more drawings, as `<svg>` elements or other HTML. They go into the page as they are.
        captions: What each of them shows that the one before did not, as plain text.
        alt: What the drawings show, for a reader who does not see them; the captions are read out anyway.
        title: Stands above the drawings.

    Returns:
        The drawings; as a snippet's last line they are shown.

    Raises:
        TypeError: A drawing or a caption is not text.
        ValueError: There are fewer than two drawings, or not as many captions, or no text for `alt`.

    Example:
        ```python
        from live_charts import steps

        bars = [f'<svg viewBox="0 0 9 9"><rect width="{width}" height="9"/></svg>' for width in (3, 6, 9)]
        steps(bars, ["One third.", "Two thirds.", "All."], alt="A bar that grows to the right.")
        ```
    """
    if len(drawings) < 2:
        raise ValueError(f"steps needs two drawings or more, not {len(drawings)}")
    if len(captions) != len(drawings):
        raise ValueError(f"each drawing needs its caption, but there are {len(drawings)} and {len(captions)}")
    for each in (*drawings, *captions):
        if not isinstance(each, str):
            raise TypeError(f"drawings and captions must be text, such as '<svg …>', not {type(each).__name__}")
    if not alt:
        raise ValueError("alt is empty: say what the drawings show")
    return Steps(tuple(drawings), tuple(captions), alt, title)
