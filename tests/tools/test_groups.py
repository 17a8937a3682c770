"""Tests that share something costly are kept together, in one process."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("shared")
def test_a_test_carries_its_group_when_they_are_shared_out_by_group(request: pytest.FixtureRequest):
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("this run is not shared out by group: --dist=loadgroup does that")
    assert request.node.nodeid.endswith("@shared")
