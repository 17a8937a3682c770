"""The pretended GPU keeps the rules of a real one. `test_cuda.py` holds the same on a card, where there is one."""

import copy

import pytest
import torch
from pretended import pretended
from torch import nn

MIXED = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"


@pytest.fixture
def gpu():
    with pretended("cuda") as device:
        yield device


def ones(*shape: int) -> torch.Tensor:
    return torch.ones(*shape, device="cuda")


@pytest.mark.parametrize(
    "made",
    [
        lambda: torch.tensor([1.0, 2.0], device="cuda"),
        lambda: torch.as_tensor([1.0, 2.0], device=torch.device("cuda", 0)),
        lambda: torch.arange(1.0, 3.0, device="cuda:0"),
        lambda: torch.tensor([1.0, 2.0]).to("cuda"),
        lambda: torch.tensor([1.0, 2.0]).cuda(),
        lambda: torch.tensor([1.0, 2.0]).to(ones(1)),
        lambda: torch.tensor([1.0, 2.0], device="cuda").clone()[:],
        lambda: torch.zeros_like(torch.ones(2), device="cuda").copy_(torch.tensor([1.0, 2.0])),
        lambda: torch.tensor([1.0, 2.0]).to("cuda", torch.float64).float(),
    ],
)
def test_a_tensor_is_there_and_has_its_numbers(gpu, made):
    tensor = made()
    assert tensor.device == torch.device("cuda", 0) and tensor.is_cuda and not tensor.is_cpu
    assert tensor.dtype == torch.float32 and tensor.shape == (2,)
    assert tensor.tolist() == [1.0, 2.0] and tensor[1].item() == 2
    assert torch.equal(tensor.cpu(), torch.tensor([1.0, 2.0])) and tensor.cpu().device.type == "cpu"
    assert repr(tensor) == "tensor([1., 2.], device='cuda:0')" and f"{tensor[1]:.2f}" == "2.00"


@pytest.mark.parametrize(
    "mixed",
    [
        lambda: ones(3) + torch.ones(3),
        lambda: torch.ones(3) * ones(3),
        lambda: torch.ones(3) + ones(1)[0],
        lambda: torch.ones(3).add_(ones(3)),
        lambda: torch.ones(()).add_(ones(1)[0]),
        lambda: ones(2, 2) @ torch.ones(2),
        lambda: nn.Linear(2, 1)(ones(2)),
        lambda: torch.stack([ones(2), torch.ones(2)]),
        lambda: torch.cat([ones(1), torch.ones(1)]),
        lambda: torch.where(ones(2) > 0, torch.ones(2), ones(2)),
        lambda: torch.ones(3)[ones(1).long()],
        lambda: ones(3).index_put_((torch.tensor([0, 1]),), torch.ones(2)),
        lambda: ones(3).index_add_(0, torch.tensor([0]), ones(1)),
        lambda: ones(3).gather(0, torch.tensor([0])),
        lambda: torch.equal(ones(1), torch.ones(1)),
        lambda: nn.functional.mse_loss(ones(3), torch.ones(3)),
    ],
)
def test_two_devices_do_not_mix(gpu, mixed):
    with pytest.raises(RuntimeError, match=MIXED):
        mixed()


@pytest.mark.parametrize(
    "mixed",
    [
        lambda: ones(3) + torch.tensor(1.0),
        lambda: 1 + ones(3),
        lambda: ones(3)[torch.tensor([True, False, True])],
        lambda: ones(3).index_put_((torch.tensor([0]),), torch.tensor(2.0)),
        lambda: ones(3).fill_(torch.tensor(2.0)),
        lambda: torch.where(ones(2) > 0, torch.tensor(1.0), 0.0),
    ],
)
def test_single_numbers_and_indices_of_the_cpu_are_taken(gpu, mixed):
    assert mixed().is_cuda


def test_numpy_and_unwaited_copies_are_refused(gpu):
    with pytest.raises(TypeError, match=r"can't convert cuda:0 device type tensor to numpy\. Use Tensor\.cpu\(\)"):
        ones(2).numpy()
    for copied in (lambda: ones(2).to("cpu", non_blocking=True), lambda: torch.ones(2).cuda().copy_(ones(2), True)):
        with pytest.raises(AssertionError, match="nobody waits"):
            copied()


def test_autograd_goes_there_and_back(gpu):
    start, middle = torch.ones(2, requires_grad=True), ones(2).requires_grad_()
    loss = (start.to("cuda") * middle * 3).sum()
    loss.cpu().backward()
    assert start.grad.device.type == "cpu" and start.grad.tolist() == [3, 3]
    assert middle.grad.is_cuda and middle.grad.tolist() == [3, 3]


def test_a_module_that_moves_keeps_its_parameters_and_a_copy_is_another(gpu):
    model = nn.Linear(2, 1)
    weight, optimizer = model.weight, torch.optim.Adam(model.parameters())
    for device in ("cuda", "cpu", "cuda"):
        model.to(device)
        before = weight.tolist()
        model(torch.ones(1, 2, device=device)).sum().backward()
        optimizer.state.clear()
        optimizer.step()
        assert model.weight is weight and weight.device.type == device and weight.tolist() != before
    twin = copy.deepcopy(model)
    with torch.no_grad():
        twin.weight.zero_()
    assert twin.weight.is_cuda and isinstance(twin.weight, nn.Parameter) and weight.abs().sum() > 0


def test_it_has_random_numbers_of_its_own(gpu):
    torch.manual_seed(1)
    here, there = torch.rand(2), torch.rand(2, device="cuda")
    assert here.tolist() == there.tolist(), "the same seed for both"
    assert torch.rand(2).tolist() != here.tolist() != torch.rand(2, device="cuda").tolist()
    torch.manual_seed(1)
    assert nn.functional.dropout(ones(9)).tolist() == nn.functional.dropout(torch.ones(9)).tolist()
    state = torch.cuda.get_rng_state()
    again = torch.rand(3, device="cuda")
    torch.rand(5)
    torch.cuda.set_rng_state(state)
    assert torch.rand(3, device="cuda").tolist() == again.tolist()
    drawn = torch.rand(2, device="cuda", generator=torch.Generator("cuda").manual_seed(1))
    assert drawn.tolist() == there.tolist()
    with pytest.raises(RuntimeError, match="Expected a 'cuda' device type for generator but found 'cpu'"):
        torch.rand(2, device="cuda", generator=torch.Generator())
    with pytest.raises(RuntimeError, match="Expected a 'cpu' device type for generator but found 'cuda'"):
        torch.randperm(2, generator=torch.Generator("cuda"))
    with pytest.raises(RuntimeError, match="Expected a 'cuda' device type"):
        ones(2).normal_(generator=torch.Generator())


def test_its_memory_is_counted(gpu):
    before = torch.cuda.memory_allocated()
    kept = ones(1000)
    gone = ones(3000)
    assert torch.cuda.memory_allocated() - before == 16_000
    del gone
    view = kept.view(10, 100)
    assert torch.cuda.memory_allocated() - before == 4_000 == view.nbytes
    assert torch.cuda.max_memory_allocated() - before == 16_000
    torch.cuda.reset_peak_memory_stats()
    assert torch.cuda.max_memory_allocated() - before == 4_000


@pytest.mark.parametrize(
    "made",
    [
        lambda: torch.ones(2).double().to("mps"),
        lambda: torch.zeros(2, dtype=torch.float64, device="mps"),
        lambda: torch.ones(2, device="mps").double(),
        lambda: torch.ones(2, device="mps").to("cpu", torch.float64),
        lambda: torch.ones(2, device="mps").sum(dtype=torch.float64),
    ],
)
def test_apples_gpus_have_no_float64(made):
    with pretended("mps"):
        assert torch.ones(2, device="mps").cpu().double().dtype == torch.float64
        with pytest.raises(TypeError, match="MPS framework doesn't support float64"):
            made()


def test_nothing_of_it_is_left():
    here = torch.cuda.is_available(), torch.Generator, torch.cuda.get_rng_state, torch.backends.mps.is_available()
    for kind in ("cuda", "mps"):
        with pytest.raises(ZeroDivisionError), pretended(kind):
            1 / 0  # noqa: B018
    assert here == (
        torch.cuda.is_available(),
        torch.Generator,
        torch.cuda.get_rng_state,
        torch.backends.mps.is_available(),
    )
    assert not torch.__future__.get_swap_module_params_on_conversion()
