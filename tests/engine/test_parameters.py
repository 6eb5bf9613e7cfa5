from types import SimpleNamespace

import numpy as np
import pytest

from recommendations.engine.parameters import check_ranges
from recommendations.exceptions import InvalidArgument


@pytest.mark.parametrize(
    ("value", "interval"),
    [(0, "[0, 1]"), (1, "[0, 1]"), (0.5, "(0, 1)"), (10**9, "[1, inf)"), (np.int64(3), "[1, inf)")],
)
def test_what_is_in_the_interval_passes(value, interval):
    check_ranges(SimpleNamespace(share=value), share=interval)


@pytest.mark.parametrize(
    ("value", "interval"),
    [
        (-0.1, "[0, 1]"),
        (1.1, "[0, 1]"),
        (0, "(0, 1)"),
        (1, "(0, 1)"),
        (float("inf"), "[1, inf)"),
        (float("nan"), "[0, inf)"),
        ("1", "[0, 1]"),
        (None, "[0, 1]"),
    ],
)
def test_what_is_not_is_refused_by_name(value, interval):
    with pytest.raises(InvalidArgument) as refused:
        check_ranges(SimpleNamespace(share=value), share=interval)
    assert str(refused.value) == f"share {value!r}: legal are numbers in {interval}."
