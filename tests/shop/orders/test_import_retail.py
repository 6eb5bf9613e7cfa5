"""The real Online Retail orders, counted once more by other means."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Count

from shop.catalog.models import Product
from shop.customers.models import Customer
from shop.orders.importing.reading import open_rows
from shop.orders.importing.writing import ImportOptions, import_rows
from shop.orders.models import Order, OrderLine, OrderStatus
from tests.data import data_file

LEFT_OUT = frozenset({"POST", "D", "M", "DOT"})


def usable_rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            wanted = row["product_id"] not in LEFT_OUT
            sold = int(row["quantity"]) > 0 or row["order_id"].startswith("C")
            if wanted and sold and not row["unit_price"].startswith("-"):
                yield row


@pytest.mark.django_db
def test_every_usable_row_of_the_retail_file_is_imported():
    path = data_file("online_retail_2011.csv.gz")
    lines: dict[str, int] = defaultdict(int)
    products, customers = set(), set()
    total_of_largest = Decimal(0)
    for row in usable_rows(path):
        lines[row["order_id"]] += 1
        products.add(row["product_id"])
        customers.add(row["customer_id"])
        if row["order_id"] == "573585":
            total_of_largest += Decimal(row["unit_price"]) * int(row["quantity"])
    cancelled = sum(number.startswith("C") for number in lines)

    with open_rows(path, {}) as rows:
        options = ImportOptions(exclude_products=LEFT_OUT, cancelled_prefix="C")
        result = import_rows(rows, options, name=path.name)

    assert result.rows == 541_909
    assert result.lines == sum(lines.values()) == OrderLine.objects.count()
    assert result.orders == len(lines) == Order.objects.count()
    assert result.products == len(products) == Product.objects.count()
    assert result.customers == len(customers - {""}) == Customer.objects.count()
    assert result.cancelled == cancelled
    assert Order.objects.filter(status=OrderStatus.CANCELLED).count() == cancelled
    assert result.excluded + result.refused.total() == result.rows - result.lines
    assert dict(Order.objects.order_by().values_list("number").annotate(Count("lines"))) == lines
    assert Order.objects.get(number="573585").total == total_of_largest
