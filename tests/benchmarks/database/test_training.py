"""From order lines in PostgreSQL to published lists, against `COPY` of the same lines to a file."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection

from recommendations.models import RankedList
from recommendations.services.training import train
from shop.orders.models import Order, OrderLine, OrderStatus

LINES = 6_000_000
LINES_AN_ORDER, ORDERS_A_BUYER, PRODUCTS = 6, 10, 10_000
SEED = 0.5

ORDERS = """
insert into {orders} (number, email, status, currency, total, placed_at, updated_at,
                      idempotency_key, request_digest)
select 'o' || n, 'b' || n %% %(buyers)s || '@example.com', %(status)s, 'EUR', 6,
       now() - interval '1 year' * n / %(orders)s, now(), '', ''
from generate_series(1, %(orders)s) n
"""
#: Product ranks follow Zipf's law.
LINES_OF_ORDERS = """
insert into {lines} (order_id, product_code, sku, name, unit_price, quantity, suggestion_token)
select id, 'p' || floor(power(%(products)s, random())), 's', 'n', 1, 1, ''
from {orders}, generate_series(1, %(size)s)
"""
AS_TRAINING_READS = """
copy (select o.number, l.product_code, o.email, o.placed_at
      from {lines} l join {orders} o on o.id = l.order_id order by l.id) to stdout
"""


def _sql(text: str) -> str:
    return text.format(orders=Order._meta.db_table, lines=OrderLine._meta.db_table)


def _fill() -> None:
    n_orders = LINES // LINES_AN_ORDER
    given = {
        "orders": n_orders,
        "buyers": n_orders // ORDERS_A_BUYER,
        "status": OrderStatus.DELIVERED,
        "products": PRODUCTS,
        "size": LINES_AN_ORDER,
    }
    with connection.cursor() as cursor:
        cursor.execute("select setseed(%s)", [SEED])
        cursor.execute(_sql(ORDERS), given)
        cursor.execute(_sql(LINES_OF_ORDERS), given)
        cursor.execute("analyze")


def _copy(path: Path) -> float:
    started = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.connection.cursor().copy(_sql(AS_TRAINING_READS)) as rows,
        path.open("wb") as file,
    ):
        for row in rows:
            file.write(row)
    return time.perf_counter() - started


@pytest.mark.django_db(transaction=True)
def test_training_against_copy(tmp_path: Path) -> None:
    _fill()
    copied = _copy(tmp_path / "lines")
    begun: dict[str, float] = {}
    started = time.perf_counter()
    train(
        force=True, listener=lambda phase, _: begun.setdefault(phase, time.perf_counter() - started)
    )
    begun["end"] = time.perf_counter() - started
    assert RankedList.objects.count() >= PRODUCTS // 2
    print(f"\n{LINES:,} lines to published lists: {begun['end']:.1f} s")
    print(f"COPY of the same lines to a file: {copied:.1f} s, ratio {begun['end'] / copied:.1f}")
    for (phase, at), (_, next_at) in pairwise(begun.items()):
        print(f"  {phase:<16} {next_at - at:8.1f} s")
