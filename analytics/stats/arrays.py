"""What the other modules of this package have in common: their array types, and sums by group."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def encode(values: Iterable[Hashable], length: int = -1) -> tuple[Codes, list[Hashable]]:
    """Numbers equal values alike, in the order in which they come: (n,) codes and their values."""
    index: dict[Hashable, int] = {}
    codes = (index.setdefault(value, len(index)) for value in values)
    return np.fromiter(codes, np.int64, length), list(index)


def group_of(*columns: Codes) -> tuple[Codes, Codes]:
    """Rows that are equal in all columns, (n,) each, are one group.

    Returns the group of each row, (n,), and the first row of each group, (groups,).
    """
    order = np.lexsort(columns[::-1])
    new = np.ones(len(order), dtype=bool)
    if len(order):
        changes = [np.diff(column[order]) != 0 for column in columns]
        new[1:] = np.logical_or.reduce(changes)
    groups = np.empty(len(order), dtype=np.int64)
    groups[order] = np.cumsum(new) - 1
    return groups, order[new]


def first_by_group(groups: Codes, values: Floats, size: int) -> Floats:
    """The lowest value of each group, infinity where it has none: (size,)."""
    lowest = np.full(size, np.inf)
    np.minimum.at(lowest, groups, values)
    return lowest


def last_by_group(groups: Codes, values: Floats, size: int) -> Floats:
    """The highest value of each group, −infinity where it has none: (size,)."""
    highest = np.full(size, -np.inf)
    np.maximum.at(highest, groups, values)
    return highest


def ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    """part / whole, and 0 where there is no whole; both of the same or of fitting shape."""
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    shape = np.broadcast(above, below).shape
    return np.divide(above, below, out=np.zeros(shape), where=below != 0)


def share(part: float, whole: float) -> float:
    """`ratio` of two numbers."""
    return part / whole if whole else 0.0
