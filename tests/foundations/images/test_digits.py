"""Digits as numbers: the split by sheet, mean images and distances, the loss and the small net."""

import warnings

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestCentroid
from torch import nn

from foundations import (
    Learner,
    digit_images,
    image_distances,
    mean_images,
    mnist_loss,
    nearest_mean,
    small_cnn,
)


def seeded(seed=42):
    return torch.Generator().manual_seed(seed)


def test_digits_are_the_bundled_ones_in_their_order():
    x, y, valid_x, valid_y = digit_images()
    bunch = load_digits()
    assert (x.dtype, y.dtype) == (torch.float32, torch.int64)
    np.testing.assert_array_equal(torch.cat([x, valid_x]).numpy() * 16, bunch.images)
    np.testing.assert_array_equal(torch.cat([y, valid_y]), bunch.target)
    assert (len(x), len(valid_x)) == (1287, 510)


def test_the_split_tears_no_sheet():
    """Every sheet begins with the digits in order, three times; the validation set begins with a sheet."""
    _, y, _, valid_y = digit_images()
    form = "0123456789" * 3 + "0955650989841773510"
    assert "".join(map(str, y.tolist())).startswith(form)
    assert "".join(map(str, valid_y.tolist())).startswith(form)


def test_digits_of_some_classes():
    whole = digit_images()
    some = digit_images(7, 3)
    for images, labels, kept_images, kept_labels in ((*whole[:2], *some[:2]), (*whole[2:], *some[2:])):
        rows = (labels == 3) | (labels == 7)
        assert torch.equal(images[rows], kept_images) and torch.equal(labels[rows], kept_labels)
    assert set(digit_images(0)[1].tolist()) == {0}


def test_mean_images_and_the_nearest_are_scikit_learns():
    x, y, valid_x, _ = digit_images()
    means = mean_images(x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that some pixels are always empty
        theirs = NearestCentroid().fit(x.flatten(1).numpy(), y.numpy())
    np.testing.assert_allclose(means.flatten(1), theirs.centroids_, atol=1e-6)
    np.testing.assert_array_equal(nearest_mean(valid_x, means), theirs.predict(valid_x.flatten(1).numpy()))
    assert mean_images(x.double(), y).dtype == torch.float64


def test_mean_images_in_the_order_of_the_labels():
    images = torch.tensor([[1.0], [2.0], [4.0]])
    assert mean_images(images, torch.tensor([9, 5, 9])).tolist() == [[2.0], [2.5]]


def test_distances_are_those_of_the_definition():
    images, means = torch.rand(4, 3, 2, generator=seeded()), torch.rand(5, 3, 2, generator=seeded(1))
    for norm in (1, 2):
        given = image_distances(images, means, norm=norm)
        assert given.shape == (4, 5)
        for i, image in enumerate(images):
            for j, mean in enumerate(means):
                power = (image - mean).abs() ** norm
                torch.testing.assert_close(given[i, j], power.mean() ** (1 / norm))
        assert torch.equal(nearest_mean(images, means, norm=norm), given.argmin(dim=1))
    assert torch.equal(image_distances(images, means), image_distances(images, means, norm=2))


def test_the_two_norms_can_disagree():
    image, means = torch.zeros(1, 4), torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.4, 0.4, 0.4, 0.0]])
    assert nearest_mean(image, means, norm=1).item() == 0
    assert nearest_mean(image, means, norm=2).item() == 1


def test_mnist_loss_and_its_slope():
    logits = torch.randn(50, generator=seeded(), dtype=torch.float64).requires_grad_()
    targets = (torch.rand(50, generator=seeded(1)) > 0.5).long()
    loss = mnist_loss(logits, targets)
    p = logits.detach().sigmoid()
    torch.testing.assert_close(loss.detach(), (p - targets).abs().mean())
    loss.backward()
    torch.testing.assert_close(logits.grad, (1 - 2 * targets) * p * (1 - p) / 50)
    table = mnist_loss(logits.detach().reshape(10, 5), targets.reshape(10, 5))
    torch.testing.assert_close(table, loss.detach())


def test_small_cnn_is_built_as_it_says():
    net = small_cnn(7, channels=3)
    assert net(torch.zeros(5, 8, 8)).shape == (5, 7)
    sizes = [each.numel() for each in net.parameters()]
    assert sizes == [27, 3, 9 * 3 * 6, 6, 6 * 4 * 7, 7]
    assert [type(each) for each in net].count(nn.ReLU) == 2
    convolution = net[1]
    image = torch.rand(2, 8, 8, generator=seeded())
    by_function = F.conv2d(image[:, None], convolution.weight, convolution.bias, padding=1)
    torch.testing.assert_close(net[:2](image), by_function)
    assert sum(each.numel() for each in small_cnn().parameters()) == 1898


def test_small_cnn_learns_and_can_be_repeated():
    x, y, valid_x, valid_y = digit_images(5, 9)
    ends = []
    for _ in range(2):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            net = small_cnn(2, channels=4)
        optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
        for _ in range(20):
            loss = F.cross_entropy(net(x), (y == 9).long())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            ends.append(net(valid_x))
    torch.testing.assert_close(*ends)
    assert (ends[0].argmax(dim=1) == (valid_y == 9)).float().mean() > 0.9


def test_bad_input_is_refused():
    x = torch.zeros(3, 8, 8)
    with pytest.raises(TypeError, match="a class must be a whole number"):
        digit_images(3.0)
    with pytest.raises(ValueError, match="from 0 to 9, not 10"):
        digit_images(10)
    with pytest.raises(ValueError, match="only once, and these were 3, 3"):
        digit_images(3, 3)
    with pytest.raises(TypeError, match="images must hold floats"):
        mean_images(x.int(), torch.zeros(3))
    with pytest.raises(ValueError, match=r"not \(3, 8, 8\) and \(2,\)"):
        mean_images(x, torch.zeros(2))
    with pytest.raises(ValueError, match="at least 1"):
        mean_images(x[:0], torch.zeros(0))
    with pytest.raises(ValueError, match=r"the same pixels, not \(8, 8\) and \(3, 8, 8\)"):
        image_distances(x[0], x)
    with pytest.raises(ValueError, match="norm must be 1 or 2, not 3"):
        nearest_mean(x, x, norm=3)
    with pytest.raises(ValueError, match=r"would broadcast to \(3, 3\)"):
        mnist_loss(torch.zeros(3, 1), torch.zeros(3))
    with pytest.raises(TypeError, match="logits must hold floats"):
        mnist_loss(torch.zeros(3).int(), torch.zeros(3))
    with pytest.raises(ValueError, match="such as labels == 3"):
        mnist_loss(torch.zeros(3), torch.tensor([3, 7, 3]))
    with pytest.raises(ValueError, match="channels must be at least 1"):
        small_cnn(channels=0)
    with pytest.raises(ValueError, match="n_classes must be at least 1"):
        small_cnn(0)


@pytest.mark.cuda
def test_on_cuda_as_on_the_cpu():
    x, y, valid_x, _ = digit_images()
    there = nearest_mean(valid_x.cuda(), mean_images(x.cuda(), y.cuda()))
    assert there.device.type == "cuda"
    assert (there.cpu() == nearest_mean(valid_x, mean_images(x, y))).float().mean() > 0.99


@pytest.mark.cuda
@pytest.mark.parametrize("make", [lambda: nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), small_cnn])
def test_what_reads_digits_trains_on_cuda_as_on_the_cpu(make):
    x, y, valid_x, _ = digit_images()
    logits = []
    for device in ("cpu", "cuda"):
        torch.manual_seed(1)
        learner = Learner(make(), (x, y), F.cross_entropy, batch_size=64, device=device, generator=seeded())
        learner.fit(1, 0.01)
        assert {each.device.type for each in learner.model.parameters()} == {device}
        logits.append(learner.model.cpu()(valid_x).detach())
    torch.testing.assert_close(*logits, rtol=0.01, atol=0.01)
