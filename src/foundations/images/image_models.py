"""Published tables of image models: how fast each is on one graphics card, and how accurate on ImageNet.

They are those of timm, PyTorch Image Models, at one commit of its repository.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from foundations._local_data import local_file, pinned

if TYPE_CHECKING:
    import pandas as pd

COMMIT = "aa4b5850c1543fa488abf260f18390eda46cf85d"
SPEEDS = "benchmark-infer-amp-nhwc-pt240-cu124-rtx3090.csv"  # mixed precision, channels last, PyTorch 2.4, CUDA 12.4
ACCURACIES = "results-imagenet.csv"
MIRRORS = (
    f"https://raw.githubusercontent.com/huggingface/pytorch-image-models/{COMMIT}/results/",
    f"https://cdn.jsdelivr.net/gh/huggingface/pytorch-image-models@{COMMIT}/results/",
)
# What each file may be called in the reader's folder, and its SHA-256.
FILES = {
    SPEEDS: ((SPEEDS,), "0ee56fb006cad780c5931d314422874777502d408f734273bcac4c74d5e3c67a"),
    ACCURACIES: (
        (ACCURACIES, "results-imagenet.head.csv"),
        "30972bf7c7ab451bbd4480ec6116b13d0a84441c57bbc946896fd312264acfcd",
    ),
}
HOW_TO_GET = (
    f"To have them, go online once, or save {SPEEDS} and {ACCURACIES} from {MIRRORS[0]} in a folder named timm, and "
    "name the folder in which that lies, by its full path, in the environment variable FOUNDATIONS_DATA"
)

FRONT_2022 = Path(__file__).parents[1] / "data" / "timm_front_2022.csv"
# Names of data sets, in a tag, that are larger than ImageNet's thousand classes, or of models that learned from such.
LARGER = r"in12k|in21k|in22k|laion|clip|openai|webli|jft|ig1b|yfcc|seer|swag|m30m|m38m|6m|datacomp|dfn|dinov2|indomain"


def timm_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Load the two tables of timm as they were published: speeds on an RTX 3090, and accuracies on ImageNet.

    Each is taken from the folder `timm` in the folder that the environment variable FOUNDATIONS_DATA names, else from
    the user's cache, where it is downloaded to on first use. A copy that is not byte for byte the right one is not
    used, and there are always both tables or none.

    Returns:
        The speeds, by architecture (`model`) and `infer_img_size`; the accuracies, by architecture and weights
        (`model`) and `img_size`, in per cent. Parameters are in millions in both.

    Raises:
        FileNotFoundError: They cannot be had, or FOUNDATIONS_TIMM says `absent`; the message says how to get them.
        ValueError: FOUNDATIONS_TIMM says something else.

    Example:
        ```python
        from foundations import timm_tables

        try:
            speeds, accuracies = timm_tables()
        except FileNotFoundError as missing:
            print(missing)
        else:
            assert (len(speeds), len(accuracies)) == (1430, 1556)
        ```

    Source:
        https://github.com/huggingface/pytorch-image-models/tree/main/results (Apache-2.0)
    """
    import pandas as pd

    choice = os.environ.get("FOUNDATIONS_TIMM") or "auto"
    if choice not in ("auto", "absent"):
        raise ValueError(f"the environment variable FOUNDATIONS_TIMM must be absent, or not be set, not {choice}")
    tables = []
    for file, (names, sha256) in FILES.items() if choice == "auto" else ():
        data = pinned([f"timm/{each}" for each in names], sha256, [mirror + file for mirror in MIRRORS])
        if data is None:
            break
        tables.append(pd.read_csv(io.BytesIO(data), thousands=","))
    if len(tables) < len(FILES):
        raise FileNotFoundError(f"{_why_not(choice)}. {HOW_TO_GET}")
    return tables[0], tables[1]


def timm_front_2022() -> pd.DataFrame:
    """The models that no other beat in March 2022, in speed on the same card (PyTorch 1.11) and accuracy on ImageNet.

    They are the Pareto front of timm's tables of that time, joined on the model and the image size. These rows are part
    of this package.

    Returns:
        The fastest first: name, image_size, images_per_second, top1 in per cent and params in millions.

    Example:
        ```python
        from foundations import pareto_front, timm_front_2022

        front = timm_front_2022()
        assert pareto_front(front.images_per_second, front.top1).all()
        ```

    Source:
        https://github.com/huggingface/pytorch-image-models/tree/c9f208f7f8d5917f9a900ef2f96d9aa2ffb9264e/results
        (Apache-2.0), benchmark-infer-amp-nhwc-pt111-cu113-rtx3090.csv and results-imagenet.csv
    """
    import pandas as pd

    return pd.read_csv(FRONT_2022)


def _why_not(choice: str) -> str:
    if choice == "absent":
        return "the environment variable FOUNDATIONS_TIMM says that the tables of timm are to be absent"
    problem = "the tables of timm cannot be fetched"
    if local_file("timm"):
        problem += ", and the folder that FOUNDATIONS_DATA names does not hold both of them, whole, in a folder timm"
    return problem


def join_tables(speeds: pd.DataFrame, accuracies: pd.DataFrame) -> pd.DataFrame:
    """Bring together what timm's two tables say about the same architecture at the same image size.

    The table of accuracies has a row for each set of weights, whose names begin with the architecture, then a dot.
    Speed does not depend on the weights, so all weights of an architecture share its speed.

    Args:
        speeds: With the columns model, infer_img_size and infer_samples_per_sec.
        accuracies: With the columns model, img_size, top1 and param_count.

    Returns:
        A row for each set of weights whose architecture was timed at its image size: name, architecture, weights,
        image_size, images_per_second, top1 in per cent, params in millions, and larger_data: whether the weights'
        name says that they also come from a larger set than ImageNet. The fastest come first.

    Raises:
        ValueError: A column is missing, or an architecture was timed twice at a size.

    Example:
        ```python
        import pandas as pd
        from foundations import join_tables

        speeds = pd.DataFrame({"model": ["net"], "infer_img_size": [224], "infer_samples_per_sec": [900.0]})
        weights = {"model": ["net.a_in1k", "net.b_in21k_ft_in1k", "net.a_in1k"], "img_size": [224, 224, 288]}
        joined = join_tables(speeds, pd.DataFrame({**weights, "top1": [80.0, 82.0, 81.0], "param_count": [5.0] * 3}))
        assert joined.top1.tolist() == [82.0, 80.0]
        assert joined.larger_data.tolist() == [True, False]
        ```
    """
    needed = {
        "speeds": (speeds, ("model", "infer_img_size", "infer_samples_per_sec")),
        "accuracies": (accuracies, ("model", "img_size", "top1", "param_count")),
    }
    for name, (table, columns) in needed.items():
        if missing := [each for each in columns if each not in table.columns]:
            raise ValueError(f"{name} must have the columns {', '.join(columns)}; {', '.join(missing)} is missing")
    keys = ["architecture", "image_size"]
    timed = speeds[["model", "infer_img_size", "infer_samples_per_sec"]].set_axis([*keys, "images_per_second"], axis=1)
    twice = timed[timed.duplicated(keys)]
    if len(twice):
        raise ValueError(
            f"{twice.architecture.iloc[0]} was timed twice at size {twice.image_size.iloc[0]}: keep one of these rows"
        )
    parts = accuracies.model.str.partition(".")
    weights = accuracies.assign(architecture=parts[0], weights=parts[2]).rename(
        columns={"model": "name", "img_size": "image_size", "param_count": "params"}
    )
    joined = weights.merge(timed, on=keys, validate="many_to_one")
    joined["larger_data"] = joined.weights.str.contains(LARGER)
    names = ["name", "architecture", "weights", "image_size", "images_per_second", "top1", "params", "larger_data"]
    order = ["images_per_second", "top1", "name"]
    return joined.sort_values(order, ascending=[False, False, True])[names].reset_index(drop=True)
