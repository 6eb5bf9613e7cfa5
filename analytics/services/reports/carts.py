"""Carts: what becomes of those that were begun in the period."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from analytics.models import Event, EventKind
from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, table
from analytics.stats import carts as stats
from analytics.stats.arrays import Codes, Flags, Floats, ratio
from analytics.stats.carts import Carts
from analytics.stats.visits import day_of, midnights

#: Days after the period in which an order still counts for a cart of it.
AFTERWARDS = 30
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
TIMES = (
    (0.0, gettext_noop("under 5 minutes")),
    (5 * MINUTE, gettext_noop("5 to 30 minutes")),
    (30 * MINUTE, gettext_noop("30 to 60 minutes")),
    (HOUR, gettext_noop("1 to 6 hours")),
    (6 * HOUR, gettext_noop("6 to 24 hours")),
    (DAY, gettext_noop("1 to 7 days")),
    (7 * DAY, gettext_noop("7 days or more")),
)
SIZES = ((1.0, "1"), (2.0, "2"), (3.0, "3–4"), (5.0, "5–9"), (10.0, "10–19"), (20.0, "20+"))
SIGNS = {EventKind.CART_ADD: 1, EventKind.CART_REMOVE: -1, EventKind.PURCHASE: 0}


@dataclass(frozen=True)
class CartSummary:
    carts: int = column(_("Carts"))
    ordered: int = column(_("Ordered"))
    abandoned: int = column(_("Abandoned"))
    still_open: int = column(_("Still open"))
    abandonment: float = column(_("Abandonment"), Unit.SHARE)
    to_order: float | None = column(_("Median time to order"), Unit.SECONDS)
    items: float = column(_("Mean pieces"), Unit.NUMBER)
    value: float = column(_("Mean value"), Unit.MONEY)


@dataclass(frozen=True)
class CartDay:
    day: date = column(_("Begun on"), Unit.DATE)
    carts: int = column(_("Carts"))
    ordered: int = column(_("Ordered"))
    abandoned: int = column(_("Abandoned"))


@dataclass(frozen=True)
class CartClass:
    name: str = column(_("Time to order"), Unit.TEXT, shown=gettext)
    carts: int = column(_("Carts"))
    share: float = column(_("Share"), Unit.SHARE)


@dataclass(frozen=True)
class CartSize:
    name: str = column(_("Pieces"), Unit.TEXT)
    carts: int = column(_("Carts"))
    ordered: int = column(_("Ordered"))
    value: float = column(_("Mean value"), Unit.MONEY)


@dataclass(frozen=True, kw_only=True)
class CartReport(Report):
    summary: list[CartSummary] = table(_("All carts begun in the period"))
    days: list[CartDay] = table(_("Carts by the day they were begun"))
    times: list[CartClass] = table(_("Time from the first piece to the order"))
    sizes: list[CartSize] = table(_("Size and value"))


def report(filters: Filters) -> CartReport:
    currency = _currency(filters)
    columns = _read(filters, currency)
    carts = stats.follow(*columns[:5], now=timezone.now().timestamp())
    begun = (carts.start >= filters.opens.timestamp()) & (carts.start < filters.closes.timestamp())
    carts = _only(carts, begun)
    missing = (
        [] if begun.any() else [gettext("No carts: record CART_ADD events with their `cart_key`.")]
    )
    simulated = columns[5]
    if begun.any() and not carts.ordered.any():
        missing.append(
            gettext("No cart was ordered: record PURCHASE events with their `cart_key`.")
        )
    return CartReport(
        filters=filters,
        simulated=float(simulated.mean()) if len(simulated) else 0.0,
        missing=missing,
        notes=[
            gettext(
                "A cart is abandoned after a day without a change, until it is ordered after all; "
                "orders up to %(days)s days after the period count."
            )
            % {"days": AFTERWARDS}
        ],
        currency=currency,
        summary=[_summary(carts)] if begun.any() else [],
        days=_days(filters, carts) if begun.any() else [],
        times=_times(carts),
        sizes=_sizes(carts) if begun.any() else [],
    )


def _events(filters: Filters) -> Any:
    """All that happened to carts from the period's start, and for a month after its end."""
    until = filters.closes + timedelta(days=AFTERWARDS)
    found = Event.objects.filter(
        scope=filters.scope, kind__in=SIGNS, at__gte=filters.opens, at__lt=until
    ).exclude(cart_key="")
    return reading.of_segment(found, filters).order_by()


def _currency(filters: Filters) -> str:
    named = _events(filters).exclude(currency="").values_list("currency")
    return reading.most_frequent(named)


def _read(filters: Filters, currency: str) -> tuple[Codes, Floats, Floats, Floats, Flags, Flags]:
    """cart, at, change, amount, ordering and simulated: a few numbers an event are held."""
    index: dict[str, int] = {}
    cart, at, change, amount = array("q"), array("d"), array("d"), array("d")
    ordering, simulated = array("b"), array("b")
    rows: Iterable[Any] = _events(filters).values_list(
        "cart_key", "kind", "at", "quantity", "amount", "currency", "simulated"
    )
    for key, kind, moment, quantity, worth, money, made_up in rows.iterator(  # type: ignore[attr-defined]
        chunk_size=reading.ROWS_A_FETCH
    ):
        cart.append(index.setdefault(key, len(index)))
        at.append(moment.timestamp())
        change.append(SIGNS[kind] * (1 if quantity is None else quantity))
        amount.append(float(worth or 0) if money in ("", currency) else 0.0)
        ordering.append(kind == EventKind.PURCHASE)
        simulated.append(made_up)
    return (
        np.array(cart, dtype=np.int64), np.array(at), np.array(change), np.array(amount),
        np.array(ordering, dtype=bool), np.array(simulated, dtype=bool),
    )  # fmt: skip


def _only(carts: Carts, chosen: Flags) -> Carts:
    return Carts(**{name: values[chosen] for name, values in vars(carts).items()})


def _summary(carts: Carts) -> CartSummary:
    times = carts.to_order[np.isfinite(carts.to_order)]
    ordered, abandoned = int(carts.ordered.sum()), int(carts.abandoned.sum())
    return CartSummary(
        carts=len(carts.start),
        ordered=ordered,
        abandoned=abandoned,
        still_open=len(carts.start) - ordered - abandoned,
        abandonment=stats.abandonment(carts),
        to_order=float(np.median(times)) if len(times) else None,
        items=float(carts.items.mean()),
        value=float(carts.value.mean()),
    )


def _days(filters: Filters, carts: Carts) -> list[CartDay]:
    starts = midnights(filters.start, filters.days, timezone.get_default_timezone())
    day = day_of(carts.start, starts)
    columns = (
        np.bincount(day[chosen], minlength=filters.days).tolist()
        for chosen in (np.ones(len(day), dtype=bool), carts.ordered, carts.abandoned)
    )
    dates = (filters.start + timedelta(days=number) for number in range(filters.days))
    return [CartDay(*row) for row in zip(dates, *columns, strict=True)]


def _times(carts: Carts) -> list[CartClass]:
    times = carts.to_order[np.isfinite(carts.to_order)]
    counts = stats.histogram(times, np.array([low for low, _ in TIMES]))
    return [
        CartClass(name, int(count), count / len(times))
        for (_, name), count in zip(TIMES, counts, strict=True)
        if len(times)
    ]


def _sizes(carts: Carts) -> list[CartSize]:
    edges = np.array([low for low, _ in SIZES])
    size = np.searchsorted(edges, carts.items, side="right") - 1
    held = size >= 0
    counts = np.bincount(size[held], minlength=len(edges))
    ordered = np.bincount(size[held & carts.ordered], minlength=len(edges))
    worth = np.bincount(size[held], weights=carts.value[held], minlength=len(edges))
    rows = zip(SIZES, counts.tolist(), ordered.tolist(), ratio(worth, counts), strict=True)
    return [CartSize(name, n, bought, float(mean)) for (_, name), n, bought, mean in rows]
