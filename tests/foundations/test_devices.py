"""The device that is chosen, on machines with and without GPUs."""

import pytest
import torch

from foundations import as_device, best_device


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    """Pretend to be a machine with some GPUs."""

    def pretend(cuda: int = 0, mps: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return pretend


@pytest.mark.parametrize(
    ("cuda", "mps", "best"), [(0, False, "cpu"), (0, True, "mps"), (1, False, "cuda"), (2, True, "cuda")]
)
def test_the_best_device_is_cuda_then_mps_then_cpu(machine, cuda: int, mps: bool, best: str):
    machine(cuda, mps)
    assert best_device() == torch.device(best)
    assert as_device() == as_device(None) == torch.device(best)


@pytest.mark.parametrize("device", ["cpu", "cpu:0", "cuda", "cuda:0", "cuda:1", "mps", "mps:0", "meta"])
def test_a_device_that_is_here_is_taken(machine, device: str):
    machine(cuda=2, mps=True)
    assert as_device(device) == as_device(torch.device(device)) == torch.device(device)


@pytest.mark.parametrize(
    ("device", "error"),
    [
        ("cuda", "this machine has no device 'cuda'; it has cpu"),
        ("mps", "this machine has no device 'mps'; it has cpu"),
        ("cpu:7", "this machine has no device 'cpu:7'; it has cpu"),
        (torch.device("cuda:1"), "this machine has no device 'cuda:1'; it has cpu"),
        ("gpu", "there is no device 'gpu'; this machine has cpu"),
        ("", "there is no device ''; this machine has cpu"),
    ],
)
def test_a_device_that_is_not_here_is_an_error(machine, device: str | torch.device, error: str):
    machine()
    with pytest.raises(ValueError, match=f"^{error}$"):
        as_device(device)


def test_the_error_names_all_that_is_here(machine):
    machine(cuda=2, mps=True)
    with pytest.raises(ValueError, match=r"it has cuda:0, cuda:1, mps, cpu$"):
        as_device("cuda:2")


def test_a_number_is_no_device():
    with pytest.raises(TypeError, match='device must be a name such as "cpu", not int'):
        as_device(0)
