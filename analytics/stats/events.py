"""Events as columns: what the figures of a day are computed from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.stats.arrays import Flags, Floats

Texts = npt.NDArray[np.object_]

PAGE_VIEW = "PAGE_VIEW"
PRODUCT_VIEW = "PRODUCT_VIEW"
SEARCH = "SEARCH"
CART_ADD = "CART_ADD"
CART_REMOVE = "CART_REMOVE"
CHECKOUT_START = "CHECKOUT_START"
PURCHASE = "PURCHASE"
REFUND = "REFUND"
REVIEW = "REVIEW"
SUPPORT_OPENED = "SUPPORT_OPENED"
IMPRESSION = "IMPRESSION"
CLICK = "CLICK"


@dataclass(frozen=True)
class Events:
    """Equally long columns, (n,) each; numbers that an event does not have are NaN."""

    kind: Texts
    #: Empty for events that belong to no visit, such as an imported order.
    visitor: Texts
    #: Unix seconds.
    at: Floats
    path: Texts
    source: Texts
    device: Texts
    product: Texts
    query: Texts
    results: Floats
    quantity: Floats
    amount: Floats
    currency: Texts
    rating: Floats
    simulated: Flags

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[Any]]) -> Events:
        """Rows with a value for each column in their order; `at` a datetime or Unix seconds."""
        columns = list(zip(*rows, strict=True)) or [()] * len(fields(cls))
        return cls(**{
            field.name: _column(str(field.type), values)
            for field, values in zip(fields(cls), columns, strict=True)
        })  # fmt: skip

    def __len__(self) -> int:
        return len(self.at)

    def of(self, kind: str) -> Flags:
        """Which events are of the kind: (n,)."""
        return np.asarray(self.kind == kind, dtype=bool)


def _column(kind: str, values: Sequence[Any]) -> Any:
    if kind == "Texts":
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column
    if kind == "Flags":
        return np.array(values, dtype=bool)
    if values and hasattr(values[0], "timestamp"):
        return np.array([value.timestamp() for value in values])
    return np.array([np.nan if value is None else float(value) for value in values])
