"""Events of a made-up shop, written straight into the table."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from analytics.models import DailyFigure, Event
from analytics.services.reports.base import Filters
from analytics.services.rollup import roll_up
from analytics.stats.daily import Figure

#: For `ANALYTICS["EXPERIMENT_READER"]`.
READER = "tests.analytics.behaviour.read_experiments"

DAY = date(2026, 5, 4)  # a Monday
START = datetime(2026, 5, 4, tzinfo=UTC)
MAY = Filters(start=date(2026, 5, 1), end=date(2026, 5, 31))


@dataclass(frozen=True)
class Arm:
    key: str
    name: str
    share: int = 1
    is_control: bool = False


@dataclass(frozen=True)
class Experiment:
    """An experiment, as `EXPERIMENT_READER` gives it."""

    arms: tuple[Arm, ...] = (Arm("1/a", "a", is_control=True), Arm("1/b", "b"))
    name: str = "A/B"
    surface: str = "cart"
    scope: str = "default"
    started_at: datetime = START - timedelta(days=10)
    ended_at: datetime | None = START + timedelta(days=1)


AB = Experiment()


def read_experiments(opens, closes, scope):
    """`AB`, if it ran in that time."""
    return [AB] if AB.started_at < closes and AB.ended_at >= opens else []


def event(kind, minute=0, visitor="v", *, day=0, **given):
    """An event so many minutes after midnight of 4 May or of a day so many days later."""
    at = START + timedelta(days=day, minutes=minute)
    fields = {"key": uuid.uuid4(), "at": at, "received_at": at} | given
    return Event(kind=kind, visitor=visitor, **fields)


def happened(*events):
    Event.objects.bulk_create(events)


def stored(day=DAY, scope="default"):
    """The figures of a day as they are in the table."""
    return sorted(
        Figure(row.measure, key, row.source, row.device, row.currency, value,
               row.simulated.get(key, 0))
        for row in DailyFigure.objects.filter(day=day, scope=scope)
        for key, value in row.sums.items()
    )  # fmt: skip


def order(key, person, *, day=0, amount="10.00", lines=1, **given):
    """An order of so many equal lines."""
    given = {"quantity": 1, "currency": "EUR", "product_key": "cup"} | given
    return [
        event("PURCHASE", 0, "", day=day, person=person, order_key=key, amount=amount, **given)
        for _ in range(lines)
    ]


def tea_shop():
    """v looks at a cup and buys two on 4 May, w bounces on the 4th and comes again on the 5th."""
    return [
        event("PAGE_VIEW", 60, path="/", source="search", device="mobile"),
        event("SEARCH", 61, query="Tea cup", results=3, device="mobile"),
        event("PRODUCT_VIEW", 62, path="/products/cup/", product_key="cup", device="mobile"),
        event("CART_ADD", 63, product_key="cup", cart_key="c1", quantity=2, amount="8.00",
              currency="EUR", device="mobile"),
        event("CHECKOUT_START", 64, cart_key="c1", device="mobile"),
        event("PURCHASE", 66, product_key="cup", cart_key="c1", order_key="o1", quantity=2,
              amount="8.00", currency="EUR", person="7", device="mobile"),
        event("PAGE_VIEW", 600, "w", path="/", source="direct", device="desktop"),
        event("PAGE_VIEW", 60, "w", day=1, path="/", source="email", device="desktop"),
        event("SEARCH", 61, "w", day=1, query="samovar", results=0, device="desktop"),
        event("PRODUCT_VIEW", 62, "w", day=1, path="/products/pot/", product_key="pot",
              device="desktop"),
        event("CART_ADD", 63, "w", day=1, product_key="pot", cart_key="c2", quantity=1,
              amount="20.00", currency="EUR", device="desktop"),
    ]  # fmt: skip


def busy_shop(settings):
    """Something for every subject, counted, with an experiment."""
    settings.ANALYTICS = getattr(settings, "ANALYTICS", {}) | {"EXPERIMENT_READER": READER}
    regular = [order(f"r{p}-{n}", f"r{p}", day=2 * n) for p in range(30) for n in range(p % 5 + 1)]
    once = [order(f"o{p}", f"o{p}", day=p % 20) for p in range(40)]
    where = {"surface": "cart", "version": "1", "product_key": "cup"}
    happened(
        *tea_shop(),
        *(one for some in (*regular, *once) for one in some),
        *(event("REVIEW", n, "", product_key="cup", rating=1 + n % 5) for n in range(10)),
        event("SUPPORT_OPENED", visitor="", product_key="cup"),
        event("IMPRESSION", 60, **where),
        event("CLICK", 61, **where),
        *(event(kind, n, arm.name, day=-5, arm=arm.key, amount=5, currency="EUR")
          for arm in AB.arms for n, kind in enumerate(("IMPRESSION", "PURCHASE"))),
    )  # fmt: skip
    roll_up()
