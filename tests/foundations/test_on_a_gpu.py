"""Every public function on a GPU, pretended where there is none: it gives what it gives on the CPU, and leaves it there.

A function that takes no tensors is in NO_TENSORS, with the reason. A new one has to stand in one of the two tables.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Literal
from unittest import mock

import pytest
import torch
import torch.nn.functional as F
from faulty import with_fault
from pretended import pretended
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

import foundations
from faults.listed import listed
from foundations import (
    Boosted,
    EarlyStopping,
    Forest,
    History,
    Learner,
    OneRule,
    Recorder,
    ReluSum,
    Scheduled,
    Tree,
    accuracy,
    add_noise,
    as_device,
    best_device,
    best_piecewise_linear,
    binary_accuracy,
    boost,
    calc_loss,
    calc_preds,
    chunked_gradient,
    coordinate_search,
    course22_points,
    double_relu,
    draw_graph,
    evaluate,
    finite_difference,
    fit,
    fit_quad,
    fit_relus,
    gini,
    gradient_descent,
    gradient_step,
    grow_forest,
    grow_tree,
    image_distances,
    impurity_importance,
    init_deep,
    init_hidden,
    init_kaiming,
    least_squares,
    mae,
    mcnemar,
    mean_images,
    mean_interval,
    measure,
    median_time,
    min_col,
    minibatches,
    mk_quad,
    mnist_loss,
    mse,
    nearest_mean,
    net_module,
    net_preds,
    noise,
    one_cycle,
    one_epoch,
    one_r,
    paired_interval,
    pareto_front,
    permutation_importance,
    plot_function,
    plot_images,
    plot_losses,
    plot_points,
    plot_residuals,
    predict,
    prediction_memory,
    profile_model,
    quad,
    quad_mae,
    quad_mse,
    record_gpu,
    recorded,
    records,
    rectified_linear,
    resampled_interval,
    rmse,
    sigmoid_preds,
    small_cnn,
    split_score,
    split_scores,
    stack_nets,
    standardize,
    titanic,
    train_linear,
    train_model,
    train_net,
    train_relus,
    train_two_relus,
    tree_svg,
    two_relus,
    update_coeffs,
    write_workbook,
)
from foundations.exercises import judging

NO_TENSORS = {
    "Value": "holds a number",
    "graph_svg": "draws words",
    "NotYet": "holds words",
    "Callback": "does nothing by itself",
    "Profile": "holds numbers",
    "join_tables": "takes tables",
    "timm_front_2022": "gives a table",
    "timm_tables": "gives tables",
    "verdict": "takes numbers",
    "wilson_interval": "takes numbers",
    "california_housing": "gives a table",
    "titanic": "gives a table",
    "simulate_passengers": "gives a table",
    "Prepared": "holds what prepare makes",
    "prepare": "takes a table, and gives tensors on the CPU",
    "sheet_inputs": "takes a table, and gives tensors on the CPU",
    "random_split": "takes numbers, and gives indices on the CPU, which any device takes",
    "digit_images": "reads images, and gives tensors on the CPU",
    "init_coeffs": "takes numbers, and gives tensors on the CPU, the same for every device",
    "init_hidden": "as init_coeffs",
    "init_deep": "as init_coeffs",
    "init_kaiming": "as init_coeffs",
    "Record": "holds what recorded reads",
    "add_record": "writes a file",
    "gpu_times": "reads a file",
    "crossover": "takes numbers",
    "crossover_table": "takes records",
    "constant_rate": "takes numbers",
    "linear_decay": "takes numbers",
    "cosine_decay": "takes numbers",
    "one_cycle": "takes numbers",
}
# What gives its numbers on the CPU, wherever it has worked.
ON_THE_CPU = {"fit", "predict", "History", "Recorder", "recorded", "measure", "permutation_importance"}


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


X, SPREAD = draw(30, 3), torch.linspace(-2, 2, 30)
Y = X.sum(dim=1) + 0.3 * draw(30, seed=1)
YES = (Y > 0).float()
IMAGES, LABELS = draw(20, 8, 8).abs(), torch.arange(20) % 4


def net(d: str) -> nn.Module:
    torch.manual_seed(42)
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1)).to(d)


def trained(d: str) -> tuple[History, nn.Module]:
    """First on the CPU, then elsewhere with the same optimizer."""
    model = net("cpu")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    data, valid = (X[:20], Y[:20, None]), (X[20:].to(d), Y[20:, None].to(d))
    fit(model, data, mse, optimizer, n_epochs=1, device="cpu")
    history = fit(model, data, mse, optimizer, n_epochs=2, batch_size=8, valid=valid, metrics={"mae": mae}, device=d)
    return history, model


def learned(d: str, *callbacks: Any) -> Learner:
    learner = Learner(net("cpu"), (X[:20], Y[:20, None]), mse, valid=(X[20:], Y[20:, None]), batch_size=8, device=d)
    learner.fit(2, lr=0.01, callbacks=callbacks)
    return learner


def parts(thing: Any) -> list[Any]:
    """What an object holds, without its name and its functions."""
    return [value for value in vars(thing).values() if isinstance(value, Tensor | float | int)]


def state(model: nn.Module) -> list[Tensor]:
    return [each.detach() for each in model.state_dict().values()]


def drawn(axes: Any) -> list[Any]:
    """Where the lines and points of a figure are."""
    import matplotlib.pyplot as plt

    found = [line.get_xydata().tolist() for line in axes.lines]
    found += [each.get_offsets().tolist() for each in axes.collections if len(each.get_offsets())]
    plt.close("all")
    return found


def images_drawn(d: str) -> list[Any]:
    import matplotlib.pyplot as plt

    plot_images(IMAGES[:3].to(d))
    return drawn(plt.gca())


def stepped(d: str, step: Callable[[Tensor], object], start: Tensor) -> Tensor:
    """Parameters after a step in place."""
    params = start.clone().to(d).requires_grad_()
    quad_mse(params, SPREAD.to(d), Y.to(d)).backward()
    step(params)
    return params.detach()


def stacked(d: str) -> list[Any]:
    return [(w.to(d), c if c is None else c.to(d)) for w, c in stack_nets([init_kaiming(3, seed=s) for s in (1, 2)])]


def plain(d: str) -> list[Any]:
    return [(w.to(d), c.to(d)) for w, c in init_kaiming(3)]


def workbook(d: str) -> int:
    table = titanic("simulated", n_rows=20)
    with mock.patch("foundations.passengers.spreadsheet.workbook._replace") as written:
        write_workbook("x.xlsx", table, torch.full((2, 10), 0.1).to(d))
    return hash(written.call_args.args[1])


def written_down(d: str) -> Tensor:
    empty, anew = mock.patch.object(records, "_read", dict), mock.patch.dict("os.environ", {records.ANEW: "1"})
    with mock.patch.object(records, "_write") as write, empty, anew, pytest.raises(ValueError, match="no record"):
        recorded("x", lambda: SPREAD.to(d))
    return write.call_args.args[2]


MEASURED = {"matrix product": [4], "addition": [4], "transfer": [4], "training step": [4]}


def measured(d: str) -> dict[str, Any]:
    with mock.patch("foundations.timing.RECORDED_SIZES", MEASURED):
        return record_gpu(d, seconds=0)["seconds"]


def rule(d: str) -> OneRule:
    return one_r(X.to(d), YES.to(d))


def tree(d: str, **limits: Any) -> Tree:
    return grow_tree(X.to(d), Y.to(d), **limits)


def forest(d: str) -> Forest:
    return grow_forest(X.to(d), Y.to(d), 3, max_features=2, generator=torch.Generator(d).manual_seed(3))


def boosted(d: str, loss: Literal["mse", "log_loss"] = "mse") -> Boosted:
    y = YES if loss == "log_loss" else Y
    return boost(X[:20].to(d), y[:20].to(d), 9, loss=loss, valid=(X[20:].to(d), y[20:].to(d)), patience=3)


def tent(d: str) -> ReluSum:
    return ReluSum(*(torch.tensor(each).to(d) for each in ([1.0, 1.0], [0.5, -0.5], [1.0, -2.0], 0.25)))


CALLS: dict[str, Callable[[str], Any]] = {
    "GraphDrawing": lambda d: draw_graph((SPREAD.to(d)[:2].requires_grad_() ** 2).sum()).svg,
    "draw_graph": lambda d: draw_graph(quad_mse(SPREAD[:3].to(d).requires_grad_(), SPREAD.to(d), Y.to(d))).svg,
    "Descent": lambda d: parts(gradient_descent(lambda p: (p**2).sum(), X[0].to(d), 0.1, 0)),
    "gradient_descent": lambda d: parts(
        gradient_descent(lambda p: quad_mse(p, SPREAD.to(d), Y.to(d)), X[0].to(d), 0.01, 5, tolerance=1e-9)
    ),
    "coordinate_search": lambda d: parts(
        coordinate_search(lambda p: quad_mse(p, SPREAD.to(d), Y.to(d)), X[0].to(d), step=0.5, low=-1, high=1)
    ),
    "finite_difference": lambda d: finite_difference(lambda p: (p**3).sum(), X[0].to(d)),
    "gradient_step": lambda d: stepped(d, lambda params: gradient_step(params, 0.1), X[0]),
    "mae": lambda d: mae(X.to(d), 2 * X.to(d)),
    "mse": lambda d: mse(X.to(d), 2 * X.to(d)),
    "mcnemar": lambda d: mcnemar((SPREAD > 0).to(d), (SPREAD < 1).to(d)),
    "paired_interval": lambda d: paired_interval((SPREAD > 0).to(d), (SPREAD < 1).to(d)),
    "mean_interval": lambda d: mean_interval(SPREAD.flatten().to(d)),
    "resampled_interval": lambda d: resampled_interval(SPREAD.flatten().to(d), 80, 20),
    "rmse": lambda d: rmse(X.to(d), 2 * X.to(d)),
    "quad_mae": lambda d: quad_mae(X[0].to(d), SPREAD.to(d), Y.to(d)),
    "quad_mse": lambda d: quad_mse(X[0].to(d), SPREAD.to(d), Y.to(d)),
    "noise": lambda d: [noise(X.to(d), 2), noise(X.to(d), 2, generator=torch.Generator(d).manual_seed(1))],
    "add_noise": lambda d: add_noise(X.to(d), 0.1, 2, generator=torch.Generator(d).manual_seed(1)),
    "plot_function": lambda d: drawn(plot_function(lambda x: quad(1, 2, 3, x.to(d)))),
    "plot_losses": lambda d: drawn(plot_losses(Y.to(d))),
    "plot_points": lambda d: drawn(plot_points(SPREAD.to(d), Y.to(d))),
    "plot_residuals": lambda d: drawn(plot_residuals(lambda x: 2 * x.to(d), SPREAD.to(d), Y.to(d))),
    "course22_points": lambda d: course22_points(device=d),
    "fit_quad": lambda d: fit_quad(SPREAD.to(d), Y.to(d)),
    "mk_quad": lambda d: mk_quad(1, 2, 3)(X.to(d)),
    "quad": lambda d: quad(*X[0].to(d), X.to(d)),
    "ReluSum": lambda d: [tent(d)(SPREAD.to(d)), tent(d).kinks],
    "double_relu": lambda d: double_relu(1, 0, -1, 1, X.to(d)),
    "rectified_linear": lambda d: rectified_linear(X[0].to(d), 1, X.to(d)),
    "relu_sum": lambda d: tent(d)(X.to(d)),
    "best_piecewise_linear": lambda d: [
        parts(best_piecewise_linear(SPREAD.to(d), Y.to(d), 3, norm=norm)) for norm in ("max", "rms")
    ],
    "fit_relus": lambda d: parts(fit_relus(SPREAD.to(d), Y.to(d), 3)),
    "train_relus": lambda d: (
        lambda made: [*parts(made[0]), made[1]]
    )(train_relus(SPREAD.to(d), Y.to(d), 3, n_steps=3, generator=torch.Generator(d).manual_seed(1))),
    "as_device": lambda d: torch.ones(2, device=as_device(d)),
    "best_device": lambda d: torch.ones(2, device=best_device() if d != "cpu" else d),
    "check": lambda d: judging.call(lambda module: len(module.to(d)), net("cpu")),  # what judges call answers with
    "image_distances": lambda d: image_distances(IMAGES.to(d), IMAGES[:4].to(d), norm=1),
    "mean_images": lambda d: mean_images(IMAGES.to(d), LABELS.to(d)),
    "nearest_mean": lambda d: nearest_mean(IMAGES.to(d), mean_images(IMAGES.to(d), LABELS.to(d))),
    "mnist_loss": lambda d: mnist_loss(Y.to(d), YES.to(d)),
    "small_cnn": lambda d: [torch.manual_seed(1), small_cnn(4).to(d)(IMAGES.to(d)).detach()][1],
    "pareto_front": lambda d: pareto_front(X[:, 0].to(d), X[:, 1].to(d), Y.tolist()),
    "plot_images": images_drawn,
    "prediction_memory": lambda d: prediction_memory(net(d), X, device=d),
    "profile_model": lambda d: profile_model(
        nn.Sequential(nn.Flatten(), nn.Linear(64, 4)), IMAGES, LABELS.to(d), device=d, seconds=0
    ).peak_memory,
    "accuracy": lambda d: accuracy(X.to(d), torch.arange(30).to(d) % 3),
    "binary_accuracy": lambda d: binary_accuracy(Y.to(d), YES.to(d)),
    "chunked_gradient": lambda d: [
        chunked_gradient(X[0], X, YES.to(d), loss=loss, chunk_rows=12, device=d) for loss in ("mae", "log_loss")
    ],
    "net_preds": lambda d: net_preds(plain(d), X.to(d)),
    "net_module": lambda d: net_module(plain(d))(X.to(d)).detach(),
    "stack_nets": stacked,
    "train_net": lambda d: [
        train_net(stacked("cpu"), X, YES[:, None], lr=1, n_epochs=3, device=d),
        train_net(plain(d), X.to(d), YES[:, None].to(d), lr=1, n_epochs=0, device=d),
        *[
            train_net(net, X, YES[:, None], lr=1, n_epochs=3, loss_fn=loss_fn, device=d)
            for net in (init_kaiming(3, ()), init_hidden(3), init_deep(3), stacked(d))  # linear, hidden, deep, many
            for loss_fn in (mae, F.binary_cross_entropy)
        ],
    ],
    "calc_preds": lambda d: calc_preds(X[0].to(d), X.to(d)),
    "sigmoid_preds": lambda d: sigmoid_preds(X[0].to(d), X.to(d)),
    "calc_loss": lambda d: calc_loss(X[0].to(d), X.to(d), YES.to(d)),
    "one_epoch": lambda d: one_epoch(X[0].clone().to(d).requires_grad_(), X.to(d), YES.to(d), 0.1),
    "update_coeffs": lambda d: stepped(d, lambda params: update_coeffs(params, 0.1), X[0]),
    "train_model": lambda d: [
        train_model(X[0], X, YES.to(d), lr=0.1, n_epochs=n, preds_fn=sigmoid_preds, loss_fn=loss_fn, device=d)
        for n, loss_fn in ((0, mae), (3, mae), (3, F.binary_cross_entropy))
    ],
    "two_relus": lambda d: two_relus(draw(4, 2, 3).to(d), X.to(d)),
    "train_two_relus": lambda d: [
        train_two_relus(X.to(d), Y.to(d), n_starts=2, n_steps=5, generator=torch.Generator(at).manual_seed(0))
        for at in ("cpu", d)
    ],
    "write_workbook": workbook,
    "recorded": written_down,
    "measure": lambda d: measure(lambda n, at: lambda: torch.ones(n, device=at), [1], d, seconds=0).shape,
    "median_time": lambda d: [median_time(lambda: X.to(d), d, seconds=0), 0][1],
    "record_gpu": lambda d: d == "cpu" or {*measured(d)} == {*MEASURED},
    "History": lambda d: parts(trained(d)[0]),
    "fit": lambda d: [parts(trained(d)[0]), [each.cpu() for each in state(trained(d)[1])]],
    "evaluate": lambda d: [
        evaluate(net("cpu"), rows, mse, batch_size=16, device=d)
        for rows in ((X, Y[:, None].to(d)), [(X[:9], Y[:9, None]), (X[9:].to(d), Y[9:, None].to(d))])
    ],
    "predict": lambda d: predict(net("cpu"), X, batch_size=16, device=d),
    "minibatches": lambda d: [*minibatches(X.to(d), batch_size=16, generator=torch.Generator().manual_seed(0))],
    "Learner": lambda d: [learned(d).loss.detach(), *state(learned(d).model)],
    "Recorder": lambda d: [learned(d, kept := Recorder({"mae": mae})), parts(kept.history)][1],
    "EarlyStopping": lambda d: state(learned(d, EarlyStopping(patience=1)).model),
    "Scheduled": lambda d: state(learned(d, Scheduled(one_cycle)).model),
    "least_squares": lambda d: least_squares(X.to(d), Y[:, None].to(d)),
    "standardize": lambda d: standardize(X.to(d), 2 * X.to(d)),
    "train_linear": lambda d: [
        train_linear(X.to(d), Y[:, None].to(d), X[0, :, None].to(d), X[0, 0].to(d), lr=0.1, n_epochs=n) for n in (0, 3)
    ],
    "tree_svg": lambda d: tree_svg(tree(d, max_leaf_nodes=3), ["a", "b", "c"], alt="a tree"),
    "Tree": lambda d: (lambda each: [each(X.to(d)), each.leaves(X.to(d)), each.depth, each.n_leaves])(tree(d)),
    "grow_tree": lambda d: [
        parts(tree(d, max_leaf_nodes=5)), parts(tree(d, max_features=1, generator=torch.Generator(d).manual_seed(1)))
    ],
    "Boosted": lambda d: [boosted(d)(X.to(d)), boosted(d).stages(X.to(d))],
    "boost": lambda d: [
        [*map(parts, each.trees), each.start] for each in (boosted(d), boosted(d, "log_loss"))
    ],
    "impurity_importance": lambda d: impurity_importance(tree(d)),
    "Forest": lambda d: (lambda each: [each(X.to(d)), each.out_of_bag(X.to(d)), each.importances()])(forest(d)),
    "grow_forest": lambda d: (lambda each: [*map(parts, each.trees), each.counts])(forest(d)),
    "permutation_importance": lambda d: permutation_importance(lambda x: -mse(x.sum(dim=1), Y.to(d)), X.to(d)),
    "OneRule": lambda d: rule(d)(X.to(d)),
    "one_r": lambda d: parts(rule(d)),
    "gini": lambda d: gini(LABELS.to(d)),
    "min_col": lambda d: min_col(X[:, 0].to(d), YES.to(d)),
    "split_score": lambda d: split_score(X[:, 0].to(d), YES.to(d), 0.5),
    "split_scores": lambda d: split_scores(X[:, 0].to(d), YES.to(d)),
}  # fmt: skip


def given(name: str, d: str) -> list[Any]:
    torch.manual_seed(0)
    return tree_leaves(CALLS[name](d))


on_the_cpu = cache(partial(given, d="cpu"))


def agrees(name: str, kind: str) -> None:
    """Raise an error unless a function gives on a GPU what it gives on the CPU."""
    on_cpu = on_the_cpu(name)
    with pretended(kind):
        on_gpu = given(name, kind)
        for here, there in zip(on_cpu, on_gpu, strict=True):
            if isinstance(there, Tensor):
                assert there.device.type == ("cpu" if name in ON_THE_CPU else kind)
                torch.testing.assert_close(there.cpu(), here, check_dtype=kind != "mps", equal_nan=True)
            else:
                assert there == (pytest.approx(here) if isinstance(here, float) else here)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_it_gives_what_it_gives_on_the_cpu(kind: str, name: str):
    agrees(name, kind)


def test_every_public_function_is_called_or_has_a_reason_not_to_be():
    assert sorted([*CALLS, *NO_TENSORS]) == sorted(foundations.__all__)


def test_a_tensor_left_on_the_cpu_is_noticed(subtests: pytest.Subtests):
    faults = [fault for fault in listed() if "tests/foundations/test_on_a_gpu.py" in fault.tests]
    assert len(faults) >= 20
    for fault in faults:
        for name in fault.select.split(" or "):
            on_the_cpu(name)  # before there is a fault
        with subtests.test(fault.name), with_fault(fault):
            assert any(not_so(name, kind) for name in fault.select.split(" or ") for kind in ("cuda", "mps"))


def not_so(name: str, kind: str) -> bool:
    """Whether a function fails on a device or gives something else."""
    try:
        agrees(name, kind)
    except (RuntimeError, TypeError, AssertionError):
        return True
    return False
