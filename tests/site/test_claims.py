"""What lessons say of other packages without running them, checked with those packages."""

import pytest
from ipywidgets import interactive


@pytest.mark.parametrize("value", [1.1, 1.5])
def test_a_lone_number_becomes_a_slider_from_minus_v_to_three_v(value):
    slider = interactive.widget_from_single_value(value)
    assert slider.min == pytest.approx(-value)
    assert slider.max == pytest.approx(3 * value)
    assert slider.step == 0.1
