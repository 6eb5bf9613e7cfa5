"""Legal values of a model's parameters."""

from __future__ import annotations

from numbers import Real
from typing import Any

from recommendations.exceptions import InvalidArgument


def check_ranges(model: Any, **ranges: str) -> None:
    """Raises `InvalidArgument` for the first parameter outside its interval, such as "(0, inf)".

    A round bracket leaves its limit out, a square one lets it in. NaN is in no interval.
    """
    for name, interval in ranges.items():
        value = getattr(model, name)
        if not isinstance(value, Real) or not _contains(interval, float(value)):
            raise InvalidArgument(f"{name} {value!r}: legal are numbers in {interval}.")


def _contains(interval: str, value: float) -> bool:
    low, high = map(float, interval[1:-1].split(", "))
    above = value >= low if interval[0] == "[" else value > low
    below = value <= high if interval[-1] == "]" else value < high
    return above and below
