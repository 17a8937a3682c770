"""Answers to the exercises of Three or seven?: right ones, and for each typical mistake words of its hint."""

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_sample_images

from foundations import mean_images, mnist_loss, nearest_mean


def distances(image, other, *, l1=lambda miss: miss.abs().mean(), rmse=lambda miss: (miss**2).mean().sqrt()):
    return l1(image - other), rmse(image - other)


def slopes(logits, targets, *, part=lambda p: p * (1 - p), up=1, down=-1, scale=True):
    sign = torch.where(targets == 1, down, up)
    return sign * part(logits.sigmoid()) / (len(targets) if scale else 1)


def by_autograd(logits, targets):
    logits = logits.clone().requires_grad_()
    mnist_loss(logits, targets).backward()
    return logits.grad


def convolve(image, kernel, *, at=lambda image, i, j: image[i : i + 3, j : j + 3], sum_up=torch.sum, times=torch.mul):
    height, width = image.shape
    result = torch.zeros(height - 2, width - 2)
    for i in range(height - 2):
        for j in range(width - 2):
            result[i, j] = sum_up(times(at(image, i, j), kernel))
    return result


def unfolded(image, kernel):
    return (image.unfold(0, 3, 1).unfold(1, 3, 1) * kernel).sum(dim=(2, 3))


def by_weights(image, kernel):
    """Each weight times the part of the image that it meets."""
    height, width = image.shape[0] - 2, image.shape[1] - 2
    return sum(kernel[i, j] * image[i : i + height, j : j + width] for i in range(3) for j in range(3))


photos = [torch.tensor(each).float().mean(dim=2) / 255 for each in load_sample_images().images]
patches = torch.stack(photos).unfold(1, 8, 8).unfold(2, 8, 8)
x, new_x = patches[:, :, :60].reshape(-1, 8, 8), patches[:, :, 60:].reshape(-1, 8, 8)
y = torch.arange(2).repeat_interleave(len(x) // 2)


said = torch.arange(2).repeat_interleave(1060)  # as good as a net's, with three mistakes in a hundred
said[::33] = 1 - said[::33]

RIGHT = {
    "two_distances": [
        distances,
        lambda a, b: torch.stack(distances(b, a)),
        lambda a, b: [F.l1_loss(a, b).item(), F.mse_loss(a, b).item() ** 0.5],
    ],
    "mnist_slopes": [slopes, lambda z, t: (1 - 2 * t) / (2 + z.exp() + (-z).exp()) / len(z)],
    "convolve_by_hand": [convolve, unfolded, by_weights],
    "most_confused": [(1, 9)],
    "photo_patches": [said, said == 1, [bool(each) for each in said]],
}

DRAWN = {
    "two_distances": lambda draw: torch.rand(2, 5, 7, generator=draw).unbind(),
    "mnist_slopes": lambda draw: (3 * torch.randn(9, generator=draw), torch.randint(2, (9,), generator=draw)),
    "convolve_by_hand": lambda draw: (torch.randn(6, 5, generator=draw), torch.randn(3, 3, generator=draw)),
}

WRONG = {
    "two_distances": {
        "the other way round": lambda a, b: distances(a, b)[::-1],
        "in the first number too dark and too light cancel out: take": lambda a, b: distances(a, b, l1=torch.mean),
        "not of their mean": lambda a, b: distances(a, b, l1=lambda miss: miss.mean().abs()),
        "its root is missing": lambda a, b: distances(a, b, rmse=lambda miss: (miss**2).mean()),
        "and the second lacks its root": lambda a, b: ((a - b).mean(), ((a - b) ** 2).mean()),
        "sums over the pixels": lambda a, b: ((a - b).abs().sum(), (a - b).norm()),
        "the standard deviation of the differences": lambda a, b: distances(a, b, rmse=torch.std),
        "the second is the L1 distance again": lambda a, b: distances(a, b, rmse=lambda miss: (miss**2).sqrt().mean()),
        "and it gives [0.0, 0.0]": lambda a, b: (0.0, 0.0),
        "should be 2 numbers": lambda a, b: (a - b).abs().mean(),
        "should be a function": 0.4,
    },
    "mnist_slopes": {
        "0.03932, 0.0004": lambda z, t: slopes(z, t).mul(1000).round() / 1000 + 1e-9,
        "the slope of the log-loss": lambda z, t: (z.sigmoid() - t) / len(t),
        "divide by the number of rows": lambda *args: slopes(*args, scale=False),
        "the sign is wrong": lambda *args: -slopes(*args),
        "negative there": lambda *args: slopes(*args, down=1),
        "positive there": lambda *args: slopes(*args, up=-1),
        "slope with respect to p": lambda *args: slopes(*args, part=torch.ones_like),
        "autograd finds it there": by_autograd,
        "squared error": lambda z, t: (z.sigmoid() - t) * slopes(z, t).abs(),
        "it should give": lambda z, t: z,
        "should have the shape (5,)": lambda z, t: slopes(z, t).sum(),
    },
    "convolve_by_hand": {
        "and they are [-4.0, 12.0, 7.0": lambda image, kernel: convolve(image.abs(), kernel),
        "as large as the image": lambda image, kernel: F.pad(convolve(image, kernel), (1, 1, 1, 1)),
        "PyTorch's conv2d does it": lambda image, kernel: F.conv2d(image[None, None], kernel[None, None])[0, 0],
        "multiplied by the sum of the kernel": lambda image, kernel: convolve(
            image, kernel, at=lambda image, i, j: image[i, j]
        ),
        "are exchanged": lambda image, kernel: convolve(image, kernel.T),
        "stands on its head": lambda image, kernel: convolve(image, kernel.flip(0, 1)),
        "mean of the nine": lambda image, kernel: convolve(image, kernel, sum_up=torch.mean),
        "product of matrices": lambda image, kernel: convolve(image, kernel, times=torch.matmul),
        "its first number should be": lambda image, kernel: image[:2, :3],
        "and they are [-4.0, 0.00025": lambda image, kernel: convolve(image, kernel) + 0.00025,
        "its first number is right": lambda image, kernel: convolve(image, kernel)[0, 0].expand(2, 3),
        "should have the shape (2, 3)": lambda image, kernel: convolve(image, kernel).flatten(),
    },
    "most_confused": {
        "another pair is confused more often": (5, 9),
        "the other way round": (9, 1),
        "leave the diagonal out": (0, 0),
        "two digits from 0 to 9 are wanted, not 12": (12, 3),
        "not 1.5 and 9": (1.5, 9),
        "an 8 is taken for a 1": (8, 1),
        "should be 2 numbers, not the int 9": 9,
        "not a list of 3": [1, 9, 8],
    },
    "photo_patches": {
        "By bright or dark alone": nearest_mean(new_x, mean_images(x, y)),
        "50.0% are right": torch.zeros(2120),
        "0 is the temple": 1 - said,
        "too good to be true": torch.arange(2).repeat_interleave(1060),
        "give 0 or 1": said + 1,
        "not a tensor of shape (1000,)": said[:1000],
        "not a tensor of shape (2120, 2)": F.one_hot(said),
        "the type <U": np.where(said == 1, "flower", "temple"),
        "is no usable number": said / 0,
    },
}
