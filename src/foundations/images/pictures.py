"""Small images drawn side by side, pixel by pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from foundations._checks import check_tensor, check_whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GAP = 1.5  # between two images, in pixels
TITLE = 0.35  # the room for titles, in inches


def plot_images(images: Tensor | Sequence[Tensor], titles: Sequence[str] = (), *, levels: int = 8) -> None:
    """Draw small images side by side, each pixel a square that is the darker, the larger its value.

    Values below 0 are drawn in another colour.

    Args:
        images: Floats of shape (n, height, width), or a list of images that may differ in size.
        titles: What stands above each; nothing where it is empty.
        levels: How many shades there are between 0 and the largest value.

    Raises:
        TypeError: An image is not a tensor, or levels is not a whole number.
        ValueError: There is no image, one is not of shape (height, width), is empty, or holds nan or inf; there is not
            one title for each; or levels is less than 1.

    Example:
        ```python
        import torch
        from foundations import plot_images

        plot_images(torch.eye(8)[None], ["a diagonal"])
        ```
    """
    check_whole_number("levels", levels, least=1)
    images = list(images)
    _check_drawable(images, titles)
    images = [image.detach().cpu().double() for image in images]
    layout = _Layout.of([(image.shape[0], image.shape[1]) for image in images])
    largest = max(float(image.abs().max()) for image in images) or 1.0
    axes = layout.axes()
    for index, (image, left) in enumerate(zip(images, layout.lefts, strict=True)):
        shades = (image / largest * levels).round().int()
        _draw_pixels(axes, shades, levels, left, layout.points)
        _draw_frame(axes, image.shape[0], image.shape[1], left)
        if titles:
            axes.text(left + (image.shape[1] - 1) / 2, 1, titles[index], ha="center", va="bottom")


def _check_drawable(images: Sequence[Tensor], titles: Sequence[str]) -> None:
    for image in images:
        check_tensor("an image", image)
        if image.ndim != 2:
            raise ValueError(f"an image must have shape (height, width), not {tuple(image.shape)}")
        if not image.numel():
            raise ValueError(f"an image must have a pixel or more, not shape {tuple(image.shape)}")
        if not image.isfinite().all():
            raise ValueError("an image holds nan or inf, for which there is no shade")
    if not images:
        raise ValueError("there is no image to draw")
    if titles and len(titles) != len(images):
        raise ValueError(f"there are {len(images)} images and {len(titles)} titles: give each image one, or none")


class _Layout(NamedTuple):
    """Images side by side, in units of a pixel: the middle of each one's first pixel is at height 0."""

    lefts: list[float]  # of each image
    width: float
    height: int
    inches: float  # the width on paper

    @classmethod
    def of(cls, sizes: Sequence[tuple[int, int]]) -> _Layout:
        """Lay out images of these heights and widths."""
        widths = [width for _, width in sizes]
        lefts = [sum(widths[:index]) + GAP * index for index in range(len(widths))]
        width = sum(widths) + GAP * (len(widths) - 1)
        return cls(lefts, width, max(height for height, _ in sizes), min(6.0, 0.16 * width))

    @property
    def points(self) -> float:
        """The side of a pixel."""
        return 72 * self.inches / self.width

    def axes(self) -> Axes:
        """Axes for all images, on a figure of their size with room for titles."""
        import matplotlib.pyplot as plt

        tall = self.inches * self.height / self.width
        _, axes = plt.subplots(figsize=(self.inches, tall + TITLE))
        axes.set_xlim(-0.7, self.width - 0.3)
        axes.set_ylim(0.3 - self.height, 0.7)
        axes.set_axis_off()
        axes.set_position((0, 0, 1, self.height / (self.height + TITLE * self.width / self.inches)))
        return axes


def _draw_pixels(axes: Axes, shades: Tensor, levels: int, left: float, points: float) -> None:
    """Draw an image's pixels, all of one shade at once, and none where the shade is 0.

    They are squares, and not the picture that `imshow` makes: squares have colours, which a page replaces by its own in
    the dark, and they stay sharp at any size.
    """
    for shade in shades.unique().tolist():
        if shade:
            down, right = (shades == shade).nonzero().T.tolist()
            axes.plot(
                [left + x for x in right],
                [-float(y) for y in down],
                "s",
                color="black" if shade > 0 else "C1",
                alpha=abs(shade) / levels,
                markersize=points,
                markeredgewidth=0,
            )


def _draw_frame(axes: Axes, height: int, width: int, left: float) -> None:
    axes.plot(
        [left - 0.6, left + width - 0.4, left + width - 0.4, left - 0.6, left - 0.6],
        [0.6, 0.6, 0.4 - height, 0.4 - height, 0.6],
        color="black",
        linewidth=0.4,
    )
