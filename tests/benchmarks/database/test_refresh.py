"""A refresh of 1,000 new orders among a million, against a full rebuild: from the tables of the
shop to lists in the database, without the tuning and the evaluation that a training does besides.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest
from django.db import connection

from recommendations.models import ModelVersion
from recommendations.services import training
from recommendations.services.refresh import OVERLAP, refresh
from recommendations.services.training import UNMEASURED, train
from shop.catalog.models import Category, Product
from shop.orders.models import Order, OrderLine, OrderStatus
from tests.benchmarks.baskets import zipf_baskets
from tests.benchmarks.measure import OURS, RUNS, report

BASKETS, NEW, ITEMS, BUYERS = 1_000_000, 1_000, 10_000, 200_000
COLOURS, THINGS = 40, 60
GOAL = 0.03
START = datetime(2025, 1, 1, tzinfo=UTC)


def copy(model: type, columns: list[str], rows: Iterable[tuple]) -> None:
    table, names = model._meta.db_table, ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as into:
        for row in rows:
            into.write_row(row)


def place(count: int, seed: int, first: int, changed_at: datetime) -> None:
    """Orders with ids from `first` on, half a minute apart."""
    X = zipf_baskets(count, ITEMS, seed)
    copy(
        Order,
        ["id", "number", "email", "status", "currency", "total", "placed_at", "updated_at",
         "idempotency_key", "request_digest"],
        (
            (first + n, f"N{first + n}", f"buyer{n * 7919 % BUYERS}@example.com",
             OrderStatus.DELIVERED, "USD", 1, START + timedelta(minutes=n / 2), changed_at, "", "")
            for n in range(count)
        ),
    )  # fmt: skip
    ptr, indices = X.baskets.indptr, X.baskets.indices
    copy(
        OrderLine,
        ["order_id", "product_code", "sku", "name", "unit_price", "quantity", "suggestion_token"],
        (
            (first + n, X.items[j], X.items[j], "", 1, 1, "")
            for n in range(count)
            for j in indices[ptr[n] : ptr[n + 1]]
        ),
    )


@pytest.fixture
def shop(transactional_db):
    roots = [Category.objects.add_root({"name": f"C{n}", "slug": f"c{n}"}) for n in range(40)]
    Product.objects.bulk_create(
        Product(
            code=key,
            title=f"colour{n % COLOURS} thing{n % THINGS}",
            slug=key,
            category=roots[n % 40],
        )
        for n, key in enumerate(zipf_baskets(1, ITEMS).items)
    )
    # One order is newer by more than the overlap: else the first refresh asks for all again.
    place(BASKETS - 1, seed=0, first=1, changed_at=START - 2 * OVERLAP)
    place(1, seed=0, first=BASKETS, changed_at=START)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def seconds(work) -> float:
    started = time.perf_counter()
    assert work() is not None
    return time.perf_counter() - started


@pytest.mark.parametrize("model", ["item_knn", "hybrid"])
def test_time(shop, settings, monkeypatch, model):
    settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {"MODEL": model, "TUNE": False}
    monkeypatch.setattr(training, "evaluate", lambda *args, **kwargs: UNMEASURED)
    train()  # compiles, and warms the caches
    spent: dict[str, list[float]] = {OURS: [], "full rebuild": []}
    for run in range(RUNS):
        at = START + (run + 1) * 2 * OVERLAP  # so that the last orders are not asked for again
        place(NEW, seed=run + 1, first=BASKETS + run * NEW + 1, changed_at=at)
        spent[OURS].append(seconds(refresh))
        spent["full rebuild"].append(seconds(train))
    assert ModelVersion.objects.latest("pk").orders == BASKETS + RUNS * NEW
    figures = {name: median(times) for name, times in spent.items()}
    report(f"{model}: refresh of 1,000 orders on 1M", figures, 1, "s", GOAL)
