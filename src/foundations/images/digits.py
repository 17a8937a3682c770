"""Images as numbers: 1,797 handwritten digits, mean images and distances, a loss, and a small convolutional net."""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn

from foundations._checks import check_float_tensor, check_same_shape, check_tensor, check_whole_number

SHEET = 1287  # where the eleventh of the fourteen sheets begins


def digit_images(*classes: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Load scikit-learn's handwritten digits, split by sheet: nearly all of the validation set is by other people.

    The rows stand in the order of fourteen filled-in sheets, as the labels show, which repeat every 130 rows or so.
    Ten sheets are for training, the last four for validation.

    Args:
        *classes: Which digits to keep, such as 3 and 7; all ten where there is none.

    Returns:
        Images and labels for training, images and labels for validation: images as float32 of shape (n, 8, 8) from
        0, paper, to 1, ink; labels as int64 of shape (n,), the digits themselves.

    Raises:
        TypeError: A class is not a whole number.
        ValueError: A class is not a digit, or is given twice.

    Example:
        ```python
        from foundations import digit_images

        x, y, valid_x, valid_y = digit_images(3, 7)
        assert x.shape == (259, 8, 8) and valid_x.shape == (103, 8, 8)
        assert set(y.tolist()) == {3, 7}
        ```

    Source:
        https://scikit-learn.org/stable/datasets/toy_dataset.html#digits-dataset
    """
    for each in classes:
        check_whole_number("a class", each)
        if each > 9:
            raise ValueError(f"a class must be a digit from 0 to 9, not {each}")
    if len(set(classes)) < len(classes):
        raise ValueError(f"each class can be given only once, and these were {', '.join(map(str, classes))}")
    images, labels = _bundled()
    chosen = torch.isin(labels, torch.tensor(classes or range(10)))
    training = torch.arange(len(labels)) < SHEET
    return images[chosen & training], labels[chosen & training], images[chosen & ~training], labels[chosen & ~training]


def mean_images(images: Tensor, labels: Tensor) -> Tensor:
    """Calculate the mean image of each class: every pixel is the mean of that pixel in all images of the class.

    Args:
        images: Floats of shape (n, ...), such as (n, 8, 8).
        labels: The class of each image: shape (n,).

    Returns:
        The means of the classes there are, in rising order: shape (n_classes, ...).

    Raises:
        TypeError: images are not floats, or labels not a tensor.
        ValueError: There is no image, or not one label for each.

    Example:
        ```python
        from foundations import digit_images, mean_images

        x, y, _, _ = digit_images(3, 7)
        mean_3, mean_7 = mean_images(x, y)
        assert mean_3.shape == (8, 8)
        assert mean_3[6, 4] > mean_7[6, 4]  # a three has ink at the bottom
        ```
    """
    check_float_tensor("images", images)
    check_tensor("labels", labels)
    if images.ndim == 0 or labels.shape != images.shape[:1] or len(labels) == 0:
        raise ValueError(
            f"images must have shape (n, ...) and labels (n,), with n at least 1, not {tuple(images.shape)} and "
            f"{tuple(labels.shape)}"
        )
    return torch.stack([images[labels == each].mean(dim=0) for each in labels.unique()])


def image_distances(images: Tensor, means: Tensor, *, norm: int = 2) -> Tensor:
    """Measure how far each image lies from each of several others, pixel by pixel.

    Args:
        images: Floats of shape (n, ...), such as (n, 8, 8).
        means: The images to compare with: floats of shape (n_classes, ...).
        norm: 1 for the mean of the absolute differences, 2 for the root of the mean of their squares.

    Returns:
        The distances, of shape (n, n_classes).

    Raises:
        TypeError: images or means are not floats.
        ValueError: An image and a mean differ in shape, or norm is neither 1 nor 2.

    Example:
        ```python
        import torch
        from foundations import image_distances

        black, white = torch.ones(8, 8), torch.zeros(8, 8)
        assert image_distances(black[None], torch.stack([black, white])).tolist() == [[0, 1]]
        ```
    """
    check_float_tensor("images", images)
    check_float_tensor("means", means)
    if images.ndim < 2 or images.shape[1:] != means.shape[1:]:
        raise ValueError(
            f"images must have shape (n, ...) and means (n_classes, ...) with the same pixels, not "
            f"{tuple(images.shape)} and {tuple(means.shape)}"
        )
    if norm not in (1, 2):
        raise ValueError(f"norm must be 1 or 2, not {norm!r}")
    miss = images.flatten(1)[:, None] - means.flatten(1)
    return miss.abs().mean(dim=2) if norm == 1 else (miss**2).mean(dim=2).sqrt()


def nearest_mean(images: Tensor, means: Tensor, *, norm: int = 2) -> Tensor:
    """Say for each image which mean image is nearest: a baseline that has nothing to train.

    Args:
        images: Floats of shape (n, ...), such as (n, 8, 8).
        means: One image for each class, as `mean_images` gives them: floats of shape (n_classes, ...).
        norm: Which distance, as for `image_distances`.

    Returns:
        The number of the nearest mean, from 0: int64 of shape (n,).

    Raises:
        TypeError: images or means are not floats.
        ValueError: An image and a mean differ in shape, or norm is neither 1 nor 2.

    Example:
        ```python
        from foundations import digit_images, mean_images, nearest_mean

        x, y, valid_x, valid_y = digit_images()
        right = nearest_mean(valid_x, mean_images(x, y)) == valid_y
        assert 0.8 < right.float().mean() < 0.9
        ```

    Source:
        https://github.com/fastai/fastbook/blob/master/04_mnist_basics.ipynb
    """
    return image_distances(images, means, norm=norm).argmin(dim=1)


def mnist_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Measure how far probabilities are from the truth: the mean of 1 − p where the target is 1, and of p elsewhere.

    p is the sigmoid of the logit. It is the mean absolute error of the probabilities, and its slope vanishes where the
    sigmoid is flat, however wrong it is there: `torch.nn.functional.binary_cross_entropy_with_logits` has no such
    trouble.

    Args:
        logits: Floats of any shape.
        targets: 1 or 0, for yes or no: the same shape, of any dtype.

    Returns:
        The loss, of shape ().

    Raises:
        TypeError: logits are not floats, or targets not a tensor.
        ValueError: The shapes differ, or a target is neither 0 nor 1.

    Example:
        ```python
        import torch
        from foundations import mnist_loss

        undecided = mnist_loss(torch.zeros(2), torch.tensor([1, 0]))
        sure_and_wrong = mnist_loss(torch.tensor([-20.0, 20.0]), torch.tensor([1, 0]))
        assert undecided == 0.5 and sure_and_wrong > 0.999
        ```

    Source:
        https://github.com/fastai/fastbook/blob/master/04_mnist_basics.ipynb
    """
    check_float_tensor("logits", logits)
    check_tensor("targets", targets)
    check_same_shape("logits", logits, "targets", targets)
    if not ((targets == 0) | (targets == 1)).all():
        raise ValueError("targets hold more than 0 and 1: ask a question of the labels first, such as labels == 3")
    p = logits.sigmoid()
    return torch.where(targets == 1, 1 - p, p).mean()


def small_cnn(n_classes: int = 10, *, channels: int = 8) -> nn.Sequential:
    """Build a convolutional net for images of 8 by 8 pixels: two convolutions, each halved in size, and a linear layer.

    Its weights are drawn from PyTorch's own generator: call `torch.manual_seed` first to have the same again.

    Args:
        n_classes: How many logits to give.
        channels: How many kernels the first convolution has; the second has twice as many.

    Returns:
        A net that takes images of shape (n, 8, 8) and gives logits of shape (n, n_classes).

    Raises:
        TypeError: A number is not whole.
        ValueError: A number is less than 1.

    Example:
        ```python
        import torch
        from foundations import small_cnn

        net = small_cnn()
        assert net(torch.zeros(5, 8, 8)).shape == (5, 10)
        ```
    """
    check_whole_number("n_classes", n_classes, least=1)
    check_whole_number("channels", channels, least=1)
    return nn.Sequential(
        nn.Unflatten(1, (1, 8)),  # one channel: (n, 8, 8) becomes (n, 1, 8, 8)
        nn.Conv2d(1, channels, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(channels, 2 * channels, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(2 * channels * 2 * 2, n_classes),
    )


@functools.cache
def _bundled() -> tuple[Tensor, Tensor]:
    """All images and labels, read once; whoever takes rows of them by a mask gets copies."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return torch.tensor(bunch.images, dtype=torch.float32) / 16, torch.tensor(bunch.target, dtype=torch.int64)
