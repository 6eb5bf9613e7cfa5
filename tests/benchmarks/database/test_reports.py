"""Every report on many events: from daily figures and from the events themselves.

The events are a year of a made-up shop, written with COPY: one million, which takes two minutes;
`BOUGHTWITH_EVENTS=10000000` is what docs/reports.md tells of. A report covers the last 90 days.
One that reads daily figures is timed `RUNS` times; made "from events" it takes as long as counting
these 90 days again, as `roll_up` does, and the report.
"""

from __future__ import annotations

import os
import resource
import uuid
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter

import numpy as np
import pytest
from django.db import connection

from analytics.models import RollUp
from analytics.services.reports.base import Filters
from analytics.services.reports.subjects import SUBJECTS
from analytics.services.rollup import count_day, roll_day
from tests.analytics.behaviour import Arm, Experiment

EVENTS = int(os.environ.get("BOUGHTWITH_EVENTS", "1000000"))
DAYS, PERIOD, RUNS = 365, 90, 5
LAST = date(2026, 5, 31)
FIRST = LAST - timedelta(days=DAYS - 1)
PRODUCTS, QUERIES, EVENTS_A_VISIT = 5_000, 2_000, 8
KINDS = {
    "PAGE_VIEW": 0.30, "PRODUCT_VIEW": 0.28, "SEARCH": 0.07, "CART_ADD": 0.07, "CART_REMOVE": 0.01,
    "CHECKOUT_START": 0.02, "PURCHASE": 0.03, "REFUND": 0.002, "REVIEW": 0.005,
    "SUPPORT_OPENED": 0.002, "SUPPORT_CLOSED": 0.002, "IMPRESSION": 0.18, "CLICK": 0.029,
}  # fmt: skip
COLUMNS = (
    "key", "kind", "visitor", "person", "scope", "at", "received_at", "path", "source", "device",
    "product_key", "cart_key", "order_key", "query", "results", "quantity", "amount", "currency",
    "rating", "position", "token", "surface", "version", "arm",
    "payload", "simulated",
)  # fmt: skip
#: Read from daily figures alone.
FROM_FIGURES = ("traffic", "funnel", "paths", "products", "searches")

#: For all of the period, every visitor in one arm.
ARMS = (Arm("1/a", "a", is_control=True), Arm("1/b", "b"))


def read_experiments(opens, closes, scope):
    """For `ANALYTICS["EXPERIMENT_READER"]`."""
    return [Experiment(arms=ARMS, started_at=opens, ended_at=closes)]


def rows_of_day(number: int, events: int, rng: np.random.Generator):
    """The events of one day: visits of eight events on average, a few of them bought something."""
    visits = max(events // EVENTS_A_VISIT, 1)
    visitor = rng.integers(EVENTS // 40 + 1, size=visits)
    start = rng.integers(80_000, size=visits)
    visit = np.sort(rng.integers(visits, size=events))
    second = np.minimum(start[visit] + rng.integers(1_500, size=events), 86_399)
    kinds = rng.choice(list(KINDS), events, p=np.array(list(KINDS.values())) / sum(KINDS.values()))
    product = np.minimum(rng.zipf(1.3, events), PRODUCTS)
    midnight = datetime.combine(FIRST + timedelta(days=number), datetime.min.time(), UTC)
    words = np.minimum(rng.zipf(1.4, events), QUERIES)
    columns = (kinds, visit, second, product, words)
    for kind, v, s, p, w in zip(*(column.tolist() for column in columns), strict=True):
        at = midnight + timedelta(seconds=s)
        who = visitor[v]
        known = who % 3 == 0
        of_product = kind not in ("PAGE_VIEW", "SEARCH", "CHECKOUT_START", "SUPPORT_CLOSED")
        in_cart = kind in ("CART_ADD", "CART_REMOVE", "CHECKOUT_START", "PURCHASE")
        shown = kind in ("IMPRESSION", "CLICK")
        money = kind in ("CART_ADD", "CART_REMOVE", "PURCHASE")
        cart = f"{number:04x}{v:028x}" if in_cart else ""
        yield (
            uuid.uuid4(), kind, f"{who:032x}", str(who) if known else "", "default", at, at,
            "" if kind == "SEARCH" else f"/products/{p}/" if of_product else "/",
            ("direct", "search", "email", "social")[v % 4], ("mobile", "desktop")[v % 2],
            f"p{p}" if of_product else "", cart,
            f"{number}-{v}" if kind == "PURCHASE" else "",
            f"query {w}" if kind == "SEARCH" else "", w % 30 if kind == "SEARCH" else None,
            1 + p % 3 if money or kind == "REFUND" else None, 5 + p % 90 if money else None,
            "EUR" if money else "", 1 + p % 5 if kind == "REVIEW" else None, None, "",
            "cart" if shown else "", str(1 + who % 2) if shown else "",
            ARMS[who % 2].key if shown else "", "{}", False,
        )  # fmt: skip


def fill() -> float:
    """Writes the events and returns the seconds it took."""
    began, rng = perf_counter(), np.random.default_rng(7)
    with connection.cursor() as cursor:
        statement = f"COPY boughtwith_analytics_event ({', '.join(COLUMNS)}) FROM STDIN"
        for number in range(DAYS):
            with cursor.copy(statement) as copy:
                for row in rows_of_day(number, EVENTS // DAYS, rng):
                    copy.write_row(row)
        cursor.execute("ANALYZE boughtwith_analytics_event")
    return perf_counter() - began


def megabytes() -> float:
    """The most this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def seconds_of(run) -> float:
    began = perf_counter()
    run()
    return perf_counter() - began


@pytest.mark.django_db
def test_reports(capsys, settings):
    settings.ANALYTICS = {"EXPERIMENT_READER": f"{__name__}.read_experiments"}
    seconds = fill()
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    filters = Filters(start=LAST - timedelta(days=PERIOD - 1), end=LAST)
    with capsys.disabled():
        print(f"\n{EVENTS:,} events over {DAYS} days written in {seconds:.0f} s")
        seconds = seconds_of(lambda: [roll_day(day, "default") for day in days])
        print(f"all days counted in {seconds:.0f} s, {megabytes():.0f} MB at most")
        RollUp.objects.update(until=datetime.now(UTC))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE boughtwith_analytics_dailyfigure")
        again = seconds_of(lambda: [count_day(day, "default") for day in days[-PERIOD:]])
        print("\n| report | from daily figures | from events | most memory |\n|---|---|---|---|")
        for name, subject in SUBJECTS.items():
            counted = name in FROM_FIGURES
            made = median(
                seconds_of(lambda: subject.report(filters))  # noqa: B023
                for _ in range(RUNS if counted else 1)
            )
            figures, events = (f"{made:.2f} s", made + again) if counted else ("", made)
            print(f"| {name} | {figures} | {events:.1f} s | {megabytes():.0f} MB |")
