from collections.abc import Iterator

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from foundations import (
    course22_points,
    gradient_descent,
    mk_quad,
    plot_function,
    plot_losses,
    plot_points,
    plot_residuals,
)


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    matplotlib.use("Agg")
    plt.close("all")
    yield
    plt.close("all")


def test_a_function_is_drawn_as_a_curve():
    f = mk_quad(3, 2, 1)
    ax = plot_function(f, min=-1, max=3)
    (curve,) = ax.lines
    x, y = np.asarray(curve.get_xdata()), np.asarray(curve.get_ydata())
    assert (len(x), x[0], x[-1]) == (200, -1, 3)
    np.testing.assert_allclose(y, f(x), rtol=1e-5)


def test_a_function_is_given_a_column():
    shapes = []

    def f(x: torch.Tensor) -> torch.Tensor:
        shapes.append(x.shape)
        return x

    ax = plot_function(f)
    assert shapes == [(200, 1)]
    assert np.asarray(ax.lines[0].get_xdata())[[0, -1]].tolist() == pytest.approx([-2.1, 2.1])


def test_a_plot_has_what_was_asked_for():
    ax = plot_function(mk_quad(3, 2, 1), title="3x² + 2x + 1", color="red", ylim=(-1, 12), label="truth")
    assert ax.get_title() == "3x² + 2x + 1"
    assert ax.get_ylim() == (-1, 12)
    assert (ax.lines[0].get_color(), ax.lines[0].get_label()) == ("red", "truth")


def test_plots_share_the_current_axes_or_take_the_axes_given():
    x, y = course22_points()
    _, (left, right) = plt.subplots(1, 2)
    assert plot_function(mk_quad(3, 2, 1)) is right
    assert plot_points(x, y) is right
    assert plot_function(mk_quad(3, 2, 1), ax=left) is left
    assert plot_points(x, y, ax=left) is left
    assert plot_residuals(mk_quad(3, 2, 1), x, y, ax=left) is left
    assert plot_losses([3.0, 2.0], ax=left) is left
    assert len(plt.get_fignums()) == 1


def test_two_curves_have_two_colours():
    ax = plot_function(mk_quad(3, 2, 1))
    plot_function(mk_quad(1, 1, 1))
    assert ax.lines[0].get_color() != ax.lines[1].get_color()


def test_a_function_may_give_a_constant_an_array_or_a_recorded_tensor():
    params = torch.tensor([3.0, 2.0, 1.0], requires_grad=True)
    for f in (lambda x: 5.0, lambda x: np.full((200, 1), 5.0), lambda x: 5 + 0 * mk_quad(*params)(x)):
        ax = plot_function(f)
        np.testing.assert_array_equal(ax.lines[-1].get_ydata(), np.full(200, 5.0))


def test_points_are_drawn_where_they_are():
    x, y = course22_points()
    ax = plot_points(x, y.requires_grad_(), label="measured")
    drawn = np.asarray(ax.collections[0].get_offsets())
    np.testing.assert_allclose(drawn, torch.hstack([x, y]).detach().numpy())
    assert ax.collections[0].get_label() == "measured"


def test_residuals_go_from_the_curve_to_the_point():
    x, y = course22_points()
    f = mk_quad(3, 2, 1)
    ax = plot_residuals(f, x, y)
    segments = np.array(ax.collections[0].get_segments())  # type: ignore[attr-defined]
    expected = torch.stack([torch.hstack([x, f(x)]), torch.hstack([x, y])], dim=1)
    np.testing.assert_allclose(segments, expected.numpy(), rtol=1e-6)


def test_losses_are_drawn_against_steps():
    descent = gradient_descent(lambda p: (p**2).sum(), torch.tensor([8.0]), 0.25, 2)
    ax = plot_losses(descent.losses, label="lr 0.25")
    plot_losses([1, 2, 3])
    first, second = ax.lines
    assert np.asarray(first.get_xdata()).tolist() == [0, 1, 2]
    assert np.asarray(first.get_ydata()).tolist() == [64, 16, 4]
    assert np.asarray(second.get_ydata()).tolist() == [1, 2, 3]
    assert (ax.get_xlabel(), ax.get_ylabel(), first.get_label()) == ("step", "loss", "lr 0.25")


def test_plots_name_what_is_wrong():
    x, y = course22_points()
    f = mk_quad(3, 2, 1)
    with pytest.raises(ValueError, match="min must be less than max, but min is 2 and max is -2"):
        plot_function(f, min=2, max=-2)
    with pytest.raises(TypeError, match="min must be a number, not str"):
        plot_function(f, min="0")
    with pytest.raises(ValueError, match=r"x has shape \(200, 1\) but f\(x\) has shape \(200,\)"):
        plot_function(lambda x: x.flatten())
    with pytest.raises(ValueError, match=r"x has shape \(20, 1\) but y has shape \(20,\)"):
        plot_points(x, y.flatten())
    with pytest.raises(TypeError, match="y must be a tensor, not list"):
        plot_points(x, [1.0])
    with pytest.raises(ValueError, match=r"f\(x\) has shape \(20,\) but y has shape \(20, 1\)"):
        plot_residuals(lambda x: x.flatten(), x, y)
    with pytest.raises(TypeError, match=r"f\(x\) must be a tensor, not float"):
        plot_residuals(lambda x: 1.0, x, y)  # type: ignore[return-value]
    with pytest.raises(ValueError, match=r"losses must have shape \(n,\), with n at least 1, not \(20, 1\)"):
        plot_losses(x)
    with pytest.raises(ValueError, match=r"losses must have shape \(n,\), with n at least 1, not \(0,\)"):
        plot_losses([])
    assert plt.get_fignums() == [], "a refused plot must leave no empty figure"


@pytest.mark.cuda
def test_plots_of_tensors_on_a_gpu():
    x, y = course22_points(device="cuda")
    ax = plot_points(x, y)
    plot_residuals(mk_quad(3, 2, 1), x, y)
    plot_losses(y.flatten())
    plot_function(lambda x: mk_quad(3, 2, 1)(x.cuda()))
    np.testing.assert_allclose(np.asarray(ax.collections[0].get_offsets()), torch.hstack([x, y]).cpu().numpy())
    assert len(ax.lines) == 2
