"""Tests marked `cuda` run on an NVIDIA card where there is one, and elsewhere on a GPU that is pretended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from pretended import pretended


@pytest.fixture(autouse=True)
def _gpu(request: pytest.FixtureRequest) -> Iterator[None]:
    """The GPU of a test marked `cuda`; one marked `cuda(real="why")` needs the card itself."""
    marker = request.node.get_closest_marker("cuda")
    if marker is None or torch.cuda.is_available():
        yield
    elif marker.kwargs.get("real"):
        pytest.skip(f"no NVIDIA GPU here: {marker.kwargs['real']}")
    else:
        with pretended("cuda"):
            yield
