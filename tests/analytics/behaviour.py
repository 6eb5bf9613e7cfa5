"""Events of a made-up shop, written straight into the table."""

import uuid
from datetime import UTC, date, datetime, timedelta

from analytics.models import DailyFigure, Event
from analytics.services.reports.base import Filters
from analytics.services.rollup import roll_up
from analytics.stats.daily import Figure

DAY = date(2026, 5, 4)  # a Monday
START = datetime(2026, 5, 4, tzinfo=UTC)
MAY = Filters(start=date(2026, 5, 1), end=date(2026, 5, 31))


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


def busy_shop():
    """Something for every subject, counted."""
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
    )
    roll_up()
