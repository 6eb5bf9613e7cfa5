"""The figures of published suggestions against the raw lines of a real shop, by another route."""

import csv
import gzip
from collections import defaultdict

import pytest
from django.core.management import call_command

from recommendations.services.serving import frequently_bought_with
from recommendations.services.suggestions import Source
from recommendations.services.training import train
from tests.data import data_file

NO_PRODUCTS = {"POST", "D", "M"}
SEEDS_A_CALL = 400


def orders_by_product(path) -> tuple[int, dict[str, set[str]]]:
    """How many orders there are, and the orders of each product, straight from the file."""
    orders: dict[str, set[str]] = defaultdict(set)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            counts = (
                not row["order_id"].startswith("C")
                and row["product_id"] not in NO_PRODUCTS
                and int(row["quantity"]) > 0
                and float(row["unit_price"]) >= 0
            )
            if counts:
                orders[row["product_id"]].add(row["order_id"])
    return len(set().union(*orders.values())), orders


@pytest.mark.django_db
def test_evidence_is_what_the_order_lines_say(settings, tmp_path):
    path = data_file("online_retail_2011.csv.gz")
    settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {"MAX_BASKET_SIZE": 10_000}
    call_command(
        "import_orders", str(path), "--exclude-products", ",".join(NO_PRODUCTS),
        "--cancelled-prefix", "C", "--refused", str(tmp_path / "refused.csv"),
    )  # fmt: skip
    version = train()
    total, orders = orders_by_product(path)
    assert version.orders == total

    seeds = sorted(version.ranked_lists.filter(kind="item").values_list("seed_key", flat=True))
    assert len(seeds) > 3_000
    checked = 0
    for start in range(0, len(seeds), SEEDS_A_CALL):
        baskets = [[seed] for seed in seeds[start : start + SEEDS_A_CALL]]
        for (seed,), answer in zip(baskets, frequently_bought_with(baskets, 50), strict=True):
            for one in answer.items:
                if one.source != Source.BOUGHT_TOGETHER:
                    continue
                both = len(orders[seed] & orders[one.key])
                confidence = both / len(orders[seed])
                assert one.because_of == (seed,)
                assert one.evidence.pair_orders == both >= 5
                assert one.evidence.support == pytest.approx(both / total)
                assert one.evidence.confidence == pytest.approx(confidence)
                assert one.evidence.lift == pytest.approx(
                    confidence / (len(orders[one.key]) / total)
                )
                checked += 1
    assert checked > 50_000
