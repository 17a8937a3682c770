"""Images side by side: every pixel stands in its place, in its shade."""

import matplotlib.pyplot as plt
import pytest
import torch

from foundations import plot_images


@pytest.fixture
def drawn():
    plt.close("all")
    yield plt
    plt.close("all")


def test_plot_images_places_every_pixel(drawn):
    images = [torch.tensor([[0.0, 1.0], [-0.5, 0.0]]), torch.tensor([[0.0, 0.0, 1.0]])]
    plot_images(images, ["one", "two"], levels=4)
    axes = drawn.gca()
    pixels = [each for each in axes.lines if each.get_marker() == "s"]
    found = {
        (x, y, each.get_color(), each.get_alpha()) for each in pixels for x, y in zip(*each.get_data(), strict=True)
    }
    assert found == {(1.0, 0.0, "black", 1.0), (0.0, -1.0, "C1", 0.5), (5.5, 0.0, "black", 1.0)}
    assert len(axes.lines) - len(pixels) == 2, "each image has a frame"
    assert [each.get_text() for each in axes.texts] == ["one", "two"]


def test_plot_images_of_nothing_but_paper(drawn):
    plot_images(torch.zeros(2, 8, 8))
    assert len(drawn.gca().lines) == 2


def test_bad_input_is_refused():
    x = torch.zeros(3, 8, 8)
    with pytest.raises(ValueError, match="no image to draw"):
        plot_images([])
    with pytest.raises(ValueError, match=r"shape \(height, width\), not \(3, 8, 8\)"):
        plot_images([x])
    with pytest.raises(ValueError, match="3 images and 1 titles"):
        plot_images(x, ["a"])
    with pytest.raises(ValueError, match="levels must be at least 1"):
        plot_images(x, levels=0)
    with pytest.raises(ValueError, match="holds nan or inf"):
        plot_images(x / 0)
    with pytest.raises(ValueError, match=r"a pixel or more, not shape \(0, 8\)"):
        plot_images(x[:, :0])
