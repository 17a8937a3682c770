"""The exercises of Three or seven?: two distances, a slope, a convolution, a confusion, and patches of two photos."""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    Watch,
    all_apart,
    call,
    compare,
    exercise,
    for_others,
    numbers,
    values,
    zeros_and_ones,
)
from foundations.images.digits import digit_images, mean_images, nearest_mean


@exercise
def two_distances(answer: object) -> str:
    """A function of two images: the L1 distance and the RMSE between them."""
    one = torch.tensor([[0.0, 0.5, 1.0], [0.25, 0.0, 0.25]])
    other = torch.tensor([[0.5, 0.25, 0.0], [0.25, 1.0, 0.5]])
    output = numbers(call(answer, one, other), 2, "what it gives")
    miss = one - other
    l1, square = miss.abs().mean().item(), (miss**2).mean().item()
    rmse = square**0.5
    compare(
        output,
        [l1, rmse],
        {
            "the other way round: the L1 distance first": [rmse, l1],
            "in the first number too dark and too light cancel out: take the absolute differences": [
                miss.mean().item(),
                rmse,
            ],
            "in the first number too dark and too light cancel out. Take the absolute value of each pixel's "
            "difference, not of their mean": [abs(miss.mean().item()), rmse],
            "the second is the mean of the squares: its root is missing": [l1, square],
            "in the first number too dark and too light cancel out, and the second lacks its root": [
                miss.mean().item(),
                square,
            ],
            "those are sums over the pixels: take means, so that the size of the image does not matter": [
                miss.abs().sum().item(),
                (miss**2).sum().sqrt().item(),
            ],
            "the second is the L1 distance again: square each difference, then take the mean, and the root of that": [
                l1,
                l1,
            ],
            "the second is the standard deviation of the differences, which takes their mean away first": [
                l1,
                miss.std().item(),
            ],
        },
        f"for two images of six pixels it should give {all_apart([l1, rmse], output)}",
    )
    for_others(answer, torch.tensor([0.25, 0.5]), torch.zeros(2, 2), torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    return "the RMSE is never the smaller: a few large differences weigh more in it."


@exercise
def mnist_slopes(answer: object) -> str:
    """A function of logits and targets: the slope of mnist_loss with respect to each logit, without autograd."""
    logits = torch.tensor([0.0, 2.0, -1.0, 6.0, -6.0])
    targets = torch.tensor([1.0, 1.0, 0.0, 0.0, 1.0])
    p = logits.sigmoid()
    pull, sign, n = p * (1 - p), 1 - 2 * targets, len(p)
    with Watch() as watch:
        output = values(call(answer, logits, targets), (n,), "what it gives")
    if watch.names & {"backward", "grad"}:
        raise NotYet("autograd finds it there: write the slopes by hand")
    compare(
        output,
        (sign * pull / n).tolist(),
        {
            "that is the slope of the log-loss: it does not vanish where the sigmoid is flat, and this one does": (
                (p - targets) / n
            ).tolist(),
            "the slope of the mean is wanted: divide by the number of rows": (sign * pull).tolist(),
            "the sign is wrong: a larger logit makes the loss smaller where the target is 1": (
                -sign * pull / n
            ).tolist(),
            "where the target is 1 the loss is 1 − p, so the slope is negative there": (pull / n).tolist(),
            "where the target is 0 the loss is p, so the slope is positive there": (-pull / n).tolist(),
            "that is the slope with respect to p: p itself has the slope p · (1 − p) with respect to the logit": (
                sign / n
            ).tolist(),
            "(p − target) times the pull belongs to the squared error: here the slope of |p − target| is its sign": (
                (p - targets) * pull / n
            ).tolist(),
        },
        f"for the logits {logits.tolist()} and the targets {targets.tolist()} it should give "
        + all_apart((sign * pull / n).tolist(), output),
    )
    for_others(answer, torch.tensor([0.125, -0.125]), torch.zeros(2), torch.tensor([0.0, 1.0]))
    return "the fourth row and the fifth are sure and wrong, and hardly pull."


@exercise
def convolve_by_hand(answer: object) -> str:
    """A function of an image (h, w) and a kernel (3, 3): the convolution without a rim, of shape (h − 2, w − 2)."""
    image = torch.tensor([[0.0, 1.0, 2.0, 1.0, 3.0], [1.0, 3.0, 0.0, -2.0, 1.0], [2.0, 0.0, 1.0, 1.0, 4.0]])
    image = torch.cat([image, torch.tensor([[0.0, 2.0, 5.0, 1.0, 1.0]])])
    kernel = torch.tensor([[1.0, 2.0, 0.0], [0.0, -1.0, 3.0], [-2.0, 0.0, 1.0]])
    with Watch() as watch:
        result = call(answer, image, kernel)
    if done := sorted(watch.names & {"conv2d", "convolution", "conv3d", "conv_transpose2d"}):
        raise NotYet(f"PyTorch's {done[0]} does it: write it without")
    if getattr(result, "shape", None) == image.shape:
        raise NotYet("it is as large as the image: without a rim, the kernel fits in h − 2 by w − 2 places only")
    output = values(result, (2, 3), "what it gives for an image of shape (4, 5)")
    right = _convolved(image, kernel)
    compare(
        output,
        right,
        {
            "each pixel is multiplied by the sum of the kernel: take the 3 × 3 pixels from there on": (
                (image[:2, :3] * kernel.sum()).flatten().tolist()
            ),
            "rows and columns of the kernel are exchanged": _convolved(image, kernel.T),
            "the kernel stands on its head: that is the convolution of mathematics; that of nets does not turn it": (
                _convolved(image, kernel.flip(0, 1))
            ),
            "that is the mean of the nine products: add them up": [each / 9 for each in right],
            "that is a product of matrices: multiply number by number, then add up": [
                (image[i : i + 3, j : j + 3] @ kernel).sum().item() for i in range(2) for j in range(3)
            ],
        },
        f"its first number should be {right[0]:g}, and it is {output[0]:g}"
        if abs(output[0] - right[0]) > 1e-3
        else f"its first number is right; all should be {all_apart(right, output, ', and they are ')}",
    )
    other = image.flip(1)[:3, :4] / 2
    for_others(answer, torch.tensor(_convolved(other, kernel.T)), other, kernel.T)
    return "nine weights, used at every place."


@exercise
def most_confused(answer: object) -> str:
    """A digit, and the one that the nearest mean most often takes it for, on the four sheets for validation."""
    given = numbers(answer, 2, "the answer")
    true, taken_for = map(int, given)
    if not all(each in range(10) for each in given):
        raise NotYet(f"two digits from 0 to 9 are wanted, not {given[0]:g} and {given[1]:g}")
    counts = _confusion()
    wrong = counts.clone().fill_diagonal_(0)
    index = int(wrong.argmax())
    right = divmod(index, 10)
    if (true, taken_for) == right[::-1]:
        raise NotYet(f"the other way round: first what it is, then what it is taken for, so not {true} and {taken_for}")
    if true == taken_for:
        raise NotYet(f"{_a(true)} taken for {_a(taken_for)} is right: leave the diagonal out")
    if (true, taken_for) != right:
        times = int(wrong[true, taken_for])
        raise NotYet(f"{_a(true)} is taken for {_a(taken_for)} {times} times; another pair is confused more often")
    return f"{int(wrong.max())} of {int(counts[right[0]].sum())} times {_a(true)} is taken for {_a(taken_for)}."


@exercise
def photo_patches(answer: object) -> str:
    """Predictions of 0, the temple, or 1, the flower, for the patches from column 480 on: integers of shape (2120,)."""
    truth = torch.arange(2).repeat_interleave(1060)
    output = torch.tensor(zeros_and_ones(answer, len(truth), "the predictions"))
    if not ((output == 0) | (output == 1)).all():
        raise NotYet("give 0 or 1 for each patch: which of the two logits is the larger?")
    share = (output == truth).float().mean().item()
    if share < 0.1:
        raise NotYet("nearly all are wrong: 0 is the temple, 1 the flower")
    if share == 1:
        raise NotYet("all are right, too good to be true for patches not learned from: were these among them?")
    if share < 0.92:
        raise NotYet(
            f"{share:.1%} are right, and 92 % are wanted. By bright or dark alone fewer are right: what is *in* a "
            "patch? Look for edges, wherever they are"
        )
    return f"{share:.1%} are right: the temple is full of edges, the flower is smooth."


@cache
def _confusion() -> Tensor:
    """How often the nearest mean takes each digit, by row, for each other, by column."""
    x, y, valid_x, valid_y = digit_images()
    return torch.bincount(10 * valid_y + nearest_mean(valid_x, mean_images(x, y)), minlength=100).reshape(10, 10)


def _convolved(image: Tensor, kernel: Tensor) -> list[float]:
    found: list[float] = F.conv2d(image[None, None], kernel[None, None]).flatten().tolist()
    return found


def _a(digit: int) -> str:
    return f"an {digit}" if digit == 8 else f"a {digit}"
