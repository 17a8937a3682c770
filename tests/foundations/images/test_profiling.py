"""Profiles of models: the memory is that of the tensors there are, and a measured model is left as it was."""

import itertools

import pytest
import torch
from torch import nn

from foundations import Profile, accuracy, evaluate, prediction_memory, profile_model

N = 50


def images(n: int = N) -> torch.Tensor:
    return torch.randn(n, 64, generator=torch.Generator().manual_seed(0))


def chain(*widths: int) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(*[nn.Linear(a, b) for a, b in itertools.pairwise(widths)])


def size(model: nn.Module) -> int:
    return sum(each.nbytes for each in [*model.parameters(), *model.buffers()])


def needed(model: nn.Module, **options: object) -> int:
    """What is made on the way, in float32 numbers for each image."""
    made = prediction_memory(model, images(), device="cpu", **options) - size(model) - images().nbytes
    assert made % (4 * N) == 0
    return made // (4 * N)


def test_of_a_chain_two_neighbours_are_there_at_a_time():
    assert needed(chain(64, 100)) == 100
    assert needed(chain(64, 100, 30)) == 130
    assert needed(chain(64, 100, 30, 500, 10)) == 530
    assert needed(chain(64, *[100] * 20)) == 200


def test_with_a_graph_all_are_kept():
    assert needed(chain(64, *[100] * 20), graph=True) == 2000


def test_what_is_done_in_place_or_seen_otherwise_takes_nothing():
    assert needed(nn.Sequential(nn.Linear(64, 100), nn.ReLU(inplace=True))) == 100
    assert needed(nn.Sequential(nn.Unflatten(1, (8, 8)), nn.Flatten())) == 0
    assert needed(nn.Sequential(nn.Linear(64, 100), nn.ReLU())) == 200


def test_buffers_and_what_is_shared_are_counted_once():
    shared = nn.Linear(64, 64)
    model = nn.Sequential(shared, nn.BatchNorm1d(64), shared)
    own = 4 * (64 * 64 + 64) + 4 * 4 * 64 + 8
    assert prediction_memory(model, images(), device="cpu") == own + images().nbytes + 4 * N * 128


def test_more_images_need_more():
    model = chain(64, 10)
    assert prediction_memory(model, images(100), device="cpu") - size(model) == 2 * (
        prediction_memory(model, images(50), device="cpu") - size(model)
    )


def test_a_profile_holds_what_is_found_one_by_one():
    model, targets = chain(64, 10), torch.arange(N) % 10
    profile = profile_model(model, images(), targets, batch_size=20, device="cpu", seconds=0)
    assert profile == Profile(
        images_per_second=profile.images_per_second,
        peak_memory=prediction_memory(model, images(20), device="cpu"),
        n_parameters=650,
        accuracy=evaluate(model, (images(), targets), accuracy, device="cpu"),
    )
    assert 0 < profile.images_per_second < 1e9


def test_speed_is_of_images_not_of_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("foundations.images.profiling.median_time", lambda fn, device, seconds: 0.5)
    model, targets = chain(64, 10), torch.zeros(N).long()
    found = [
        profile_model(model, images(), targets, batch_size=n, device="cpu").images_per_second for n in (10, 50, 1000)
    ]
    assert found == [20, 100, 100]  # there are no more than 50


def test_it_predicts_without_a_graph_in_eval_mode_and_leaves_the_model_as_it_was():
    seen = set()

    class Watched(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.add((self.training, torch.is_grad_enabled()))
            return super().forward(x)

    model = nn.Sequential(Watched(64, 10), nn.Dropout())
    model[1].eval()
    before = [each.clone() for each in model.parameters()]
    profile_model(model, images(), torch.zeros(N).long(), device="cpu", seconds=0)
    assert seen == {(False, False)}
    assert [part.training for part in model.modules()] == [True, True, False]
    assert all(map(torch.equal, before, model.parameters()))
    assert all(each.grad is None for each in model.parameters())


def test_a_model_that_fails_keeps_its_mode():
    model = nn.Linear(3, 3)
    with pytest.raises(RuntimeError):
        prediction_memory(model, images(), device="cpu")
    assert model.training


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: prediction_memory(print, images()), TypeError, "model must be an nn.Module"),
        (lambda: prediction_memory(chain(64, 10), [1.0]), TypeError, "images must be a tensor, not list"),
        (lambda: prediction_memory(chain(64, 10), images(), device="meta"), ValueError, "no memory"),
        (lambda: profile_model(chain(64, 10), images(), torch.zeros(3).long()), ValueError, "equally many rows"),
        (lambda: profile_model(chain(64, 10), [1.0], torch.zeros(1)), TypeError, "images must be a tensor"),
        (
            lambda: profile_model(chain(64, 10), images(), torch.zeros(N).long(), batch_size=0),
            ValueError,
            "batch_size must be at least 1",
        ),
        (
            lambda: profile_model(chain(64, 10), images(), torch.zeros(N).long(), seconds=-1),
            ValueError,
            "seconds must be at least 0",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.cuda
def test_on_a_gpu_at_least_as_much_is_needed_as_is_counted():
    model = chain(64, 1000, 1000, 10)
    counted = prediction_memory(model, images(4096), device="cpu")
    found = prediction_memory(model, images(4096), device="cuda")
    assert counted <= 1.01 * found <= 2 * counted
    profile = profile_model(model, images(), torch.zeros(N).long(), device="cuda")
    assert profile.images_per_second > 0
