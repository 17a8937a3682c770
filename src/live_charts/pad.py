"""A pad to draw a small picture on, and what models say about it: `sketch_pad` puts both together.

The models are recorded as the function of a chart is, weights and all, and `assets/sketch-pad.js` replays them.
"""

from __future__ import annotations

import html
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from live_charts.notebook import show, show_live, styled
from live_charts.record import record

Function = Callable[[Tensor], Mapping[str, Tensor]]


@dataclass(frozen=True)
class SketchPad:
    """A picture in ink on a few cells, and the scores that models give it; a page shows it with a pad to draw on.

    Attributes:
        function: Takes the ink of all cells, float64 from 0 to 1 in `shape`; gives each model's scores by its name.
        labels: What the scores stand for.
        start: The picture at the start, in `shape`.
        examples: Other pictures by name, each with a button.
        lowest: The models for which the lowest score is the best.
        digits: Digits after the point in the scores.
        title: Stands above the pad.
        alt: What is drawn at the start, for those who do not see it.

    Example:
        ```python
        import torch
        from live_charts import sketch_pad

        rows = torch.tensor([[1.0, 0.0], [1.0, 0.0]], dtype=torch.float64)
        pad = sketch_pad(
            lambda ink: {"Where the ink is": ink.sum(dim=0)},
            shape=(2, 2), labels=["left", "right"], start=rows, alt="A line on the left.",
        )
        assert "Where the ink is: <strong>left</strong>" in pad._repr_html_()
        ```
    """

    function: Function = field(repr=False)
    labels: tuple[str, ...]
    start: Tensor = field(repr=False)
    examples: dict[str, Tensor] = field(repr=False)
    lowest: tuple[str, ...]
    digits: int
    title: str
    alt: str

    def scores(self, ink: Tensor) -> dict[str, Tensor]:
        """What the models say about a picture.

        Args:
            ink: The ink of all cells, from 0 to 1.

        Returns:
            Each model's scores, one for each label, by its name.

        Raises:
            TypeError: The function gives something else, or does not compute in float64.
            ValueError: A model's scores are not one for each label, or `lowest` names no model.

        Example:
            ```python
            import torch
            from live_charts import sketch_pad

            ink = torch.tensor([[0.25, 0.5]])
            pad = sketch_pad(lambda ink: {"ink": ink[0]}, shape=(1, 2), labels=["a", "b"], start=ink, alt="Grey.")
            assert pad.scores(1 - ink)["ink"].tolist() == [0.75, 0.5]
            ```
        """
        with torch.no_grad():
            try:
                given = self.function(ink.double())
            except RuntimeError as error:
                if "dtype" not in str(error) and "Float" not in str(error):
                    raise
                advice = "the pad's ink is float64, so give the models .double()"
                raise TypeError(f"{advice}: {error}") from error
        if not isinstance(given, Mapping) or not given:
            raise TypeError(f"the function must give a dict of tensors by model, not {type(given).__name__}")
        for name, each in given.items():
            if not isinstance(each, Tensor):
                raise TypeError(f"{name} must be a tensor of scores, not {type(each).__name__}")
            if each.shape != (len(self.labels),):
                raise ValueError(
                    f"{name} has scores of shape {tuple(each.shape)}, but {len(self.labels)} labels need "
                    f"({len(self.labels)},)"
                )
        if unknown := set(self.lowest) - set(given):
            raise ValueError(f"lowest names {', '.join(sorted(unknown))}, but the models are {', '.join(given)}")
        return dict(given)

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs: the labels, the pictures, and a record of the function."""
        models = list(self.scores(self.start))

        def flat(ink: Tensor) -> list[Tensor]:
            given = self.function(ink)
            return [given[name] for name in models]

        with torch.no_grad():
            recorded = record(flat, [self.start], "pixel", "leave it out, or compute it before the pad")
        return {
            "shape": list(self.start.shape),
            "labels": self.labels,
            "models": [{"name": name, "lowest": name in self.lowest} for name in models],
            "digits": self.digits,
            "start": self.start.flatten().tolist(),
            "examples": {name: each.flatten().tolist() for name, each in self.examples.items()},
            **recorded,
        }

    def _repr_html_(self) -> str:
        """The pad as HTML: a still picture of the start and its scores, and what the script needs."""
        spec = html.escape(json.dumps(self.spec(), separators=(",", ":"), allow_nan=False))
        return (
            f'<figure class="pad" data-search-exclude data-script="sketch-pad" data-spec="{spec}">'
            f"{self._still(self.start, self.alt)}</figure>"
        )

    def _ipython_display_(self) -> None:
        """In a notebook: the still picture, with the examples to choose from by ipywidgets."""
        if self.examples:
            show_live(self._widget, lambda: styled("pad", self._still(self.start, self.alt)), "Its examples need")
        else:
            show(styled("pad", self._still(self.start, self.alt)))

    def _widget(self, widgets: Any) -> Any:
        pictures = {"At first": self.start, **self.examples}
        shown = widgets.HTML()
        choice = widgets.ToggleButtons(options=list(pictures), description="Picture")

        def update(picture: str) -> None:
            alt = self.alt if picture == "At first" else picture
            shown.value = styled("pad", self._still(pictures[picture], alt))

        widgets.interactive_output(update, {"picture": choice})
        return widgets.VBox([choice, shown])

    def _still(self, ink: Tensor, alt: str) -> str:
        title = f"<figcaption>{html.escape(self.title)}</figcaption>" if self.title else ""
        tables = "".join(self._table(name, scores.tolist()) for name, scores in self.scores(ink).items())
        grid = f'<div class="pad__grid" role="img" aria-label="{html.escape(alt)}">{draw(ink)}</div>'
        return f'{title}<div class="pad__both">{grid}<div class="pad__said">{tables}</div></div>'

    def _table(self, name: str, scores: list[float]) -> str:
        """A model's scores as bars and numbers; `assets/sketch-pad.js` changes them in place."""
        best, rows = winner(scores, name in self.lowest), ""
        for place, (label, score, (start, length)) in enumerate(zip(self.labels, scores, bars(scores), strict=True)):
            rows += (
                f'<tr{" class=pad__best" if place == best else ""}><th scope="row">{html.escape(label)}</th>'
                f'<td><svg class="pad__bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
                f'<rect x="{100 * start:.4g}" width="{100 * length:.4g}" height="1"/></svg></td>'
                f"<td>{number(score, self.digits)}</td></tr>"
            )
        verdict = f"<strong>{html.escape(self.labels[best])}</strong>"
        return (
            f'<table class="pad__scores"><caption>{html.escape(name)}: {verdict}</caption><tbody>{rows}</tbody></table>'
        )


def number(value: float, digits: int) -> str:
    """A score as text, with a true minus sign."""
    return f"{value:.{digits}f}".replace("-", "−")


def winner(scores: Sequence[float], lowest: bool = False) -> int:
    """Which score is the best: the first of the highest, or of the lowest.

    Args:
        scores: The scores.
        lowest: Whether the lowest is the best.

    Returns:
        Its place.

    Example:
        ```python
        from live_charts.pad import winner

        assert winner([0.1, 0.7, 0.2]) == 1 and winner([0.1, 0.7, 0.2], lowest=True) == 0
        ```
    """
    return scores.index(min(scores) if lowest else max(scores))


def bars(scores: Sequence[float]) -> list[tuple[float, float]]:
    """Where each score's bar starts and how long it is, as shares of the width.

    Args:
        scores: The scores; the width goes from 0 to 1 and further where a score does.

    Returns:
        Start and length for each score.

    Example:
        ```python
        from live_charts.pad import bars

        assert bars([0.25, 1.0]) == [(0.0, 0.25), (0.0, 1.0)]
        assert bars([-3.0, 1.0]) == [(0.0, 0.75), (0.75, 0.25)]
        ```
    """
    low, high = min(0.0, *scores), max(1.0, *scores)
    return [((min(score, 0.0) - low) / (high - low), abs(score) / (high - low)) for score in scores]


def draw(ink: Tensor) -> str:
    """A picture as SVG: a grid, and a dark square where there is ink.

    Args:
        ink: The ink of all cells, from 0 to 1, of shape (rows, columns).

    Returns:
        An `<svg>` in the page's colours.

    Example:
        ```python
        import torch
        from live_charts.pad import draw

        assert draw(torch.tensor([[0.0, 0.5]])).count("<rect") == 1
        ```
    """
    rows, columns = ink.shape
    lines = "".join(f"M0 {y}H{columns}" for y in range(rows + 1)) + "".join(
        f"M{x} 0V{rows}" for x in range(columns + 1)
    )
    cells = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" fill-opacity="{value:.4g}"/>'
        for y, row in enumerate(ink.tolist())
        for x, value in enumerate(row)
        if value
    )
    return (
        f'<svg viewBox="-.05 -.05 {columns + 0.1:g} {rows + 0.1:g}" aria-hidden="true"><g class="pad__ink">{cells}</g>'
        f'<path class="pad__lines" d="{lines}"/></svg>'
    )


def sketch_pad(
    function: Function,
    *,
    labels: Sequence[str],
    alt: str,
    shape: tuple[int, int] = (8, 8),
    start: Tensor | None = None,
    examples: Mapping[str, Tensor] | None = None,
    lowest: Sequence[str] = (),
    digits: int = 2,
    title: str = "",
) -> SketchPad:
    """A pad to draw on with mouse, finger or keyboard, and below it what models say about the picture.

    The function is called once with symbols, and the browser replays what it did with them, in float64. A stroke
    leaves soft grey edges: a cell's ink is the share of it that the pen has covered, in sixteenths.

    Args:
        function: Takes the ink of all cells, a float64 tensor in `shape` with values from 0 to 1, and gives a dict:
            for each model's name its scores, a tensor with one number for each label.
        labels: What the scores stand for, in their order.
        alt: What is drawn at the start, for those who do not see it.
        shape: Rows and columns of the pad.
        start: The picture at the start, in `shape`, with values from 0 to 1; an empty pad where it is None.
        examples: Other pictures by name; each gets a button.
        lowest: Names of the models for which the lowest score is the best, as distances are.
        digits: Digits after the point in the scores shown.
        title: Stands above the pad.

    Returns:
        The pad; as a snippet's last line it is shown.

    Raises:
        TypeError: A picture is no tensor, or the function gives something else or does not compute in float64.
        ValueError: `shape` is not rows and columns; a picture has another shape or values outside 0 to 1; there are
            fewer than two labels, or no text for `alt`; a model's scores are not one for each label, are not finite
            for the empty pad or a picture, or cannot be recorded.

    Example:
        ```python
        import torch
        from live_charts import sketch_pad

        halves = torch.zeros(2, 8, 8, dtype=torch.float64)
        halves[0, :, :4], halves[1, :, 4:] = 1, 1

        def models(ink):
            return {"Overlap": (ink * halves).sum(dim=(1, 2)).softmax(dim=0)}

        pad = sketch_pad(models, labels=["left", "right"], start=halves[1], alt="The right half is black.")
        assert "Overlap: <strong>right</strong>" in pad._repr_html_()
        ```
    """
    labels = tuple(str(label) for label in labels)
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"shape must be rows and columns, each 1 or more, not {shape}")
    shape = (shape[0], shape[1])
    if len(labels) < 2:
        raise ValueError(f"sketch_pad needs two labels or more, not {len(labels)}")
    if not alt:
        raise ValueError("alt is empty: say what is drawn at the start")
    first = picture("start", torch.zeros(shape) if start is None else start, shape)
    pictures = {str(name): picture(f"the example {name}", each, shape) for name, each in (examples or {}).items()}
    pad = SketchPad(function, labels, first, pictures, tuple(lowest), digits, title, alt)
    for name, ink in {"an empty pad": torch.zeros_like(first), "the start": first, **pictures}.items():
        for model, scores in pad.scores(ink).items():
            if not scores.isfinite().all():
                raise ValueError(f"{model} gives nan or inf for {name}: see to a finite score for every picture")
    pad.spec()  # what cannot be recorded is refused here
    return pad


def picture(name: str, ink: Tensor, shape: tuple[int, int]) -> Tensor:
    """A picture as float64, if it fits the pad.

    Args:
        name: What an error calls it.
        ink: The ink of all cells.
        shape: The pad's rows and columns.

    Returns:
        The same ink as float64.

    Raises:
        TypeError: It is no tensor.
        ValueError: It has another shape, or values outside 0 to 1.

    Example:
        ```python
        import torch
        from live_charts.pad import picture

        assert picture("start", torch.eye(8), (8, 8)).dtype == torch.float64
        ```
    """
    if not isinstance(ink, Tensor):
        raise TypeError(f"{name} must be a tensor of shape {shape}, not {type(ink).__name__}")
    if ink.shape != shape:
        raise ValueError(f"{name} has shape {tuple(ink.shape)}, but the pad has shape {shape}")
    ink = ink.detach().cpu().double()
    low, high = ink.min().item(), ink.max().item()
    if not (math.isfinite(low) and math.isfinite(high) and low >= 0 and high <= 1):
        raise ValueError(f"{name} has values from {low:g} to {high:g}, but ink goes from 0 to 1: divide by the largest")
    return ink
