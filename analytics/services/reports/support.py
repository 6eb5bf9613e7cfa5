"""Customer service: how much, how fast, about what, and because of which products."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.host import TicketFacts, get_host
from analytics.models import EventKind
from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, named, table
from analytics.services.reports.reading import sums
from analytics.stats.daily import Measure
from analytics.stats.support import topics, waiting

ALL = "all"


@dataclass(frozen=True)
class TicketWeek:
    week: date = column(_("Week from"), Unit.DATE)
    opened: int = column(_("Opened"))
    closed: int = column(_("Closed"))


@dataclass(frozen=True)
class ResponseTimes:
    category: str = column(_("Category"), Unit.TEXT, shown=named({ALL: _("all")}))
    tickets: int = column(_("Tickets"))
    first: float | None = column(_("Median until the first answer"), Unit.SECONDS)
    first_slow: float | None = column(_("Nine of ten are answered within"), Unit.SECONDS)
    resolved: float | None = column(_("Median until resolved"), Unit.SECONDS)
    resolved_slow: float | None = column(_("Nine of ten are resolved within"), Unit.SECONDS)


@dataclass(frozen=True)
class TicketTopic:
    words: str = column(_("Words"), Unit.TEXT)
    tickets: int = column(_("Tickets"))


@dataclass(frozen=True)
class TicketProduct:
    product: str = column(_("Product"), Unit.TEXT)
    title: str = column(_("Title"), Unit.TEXT)
    tickets: int = column(_("Tickets"))
    buys: int = column(_("Visits that bought it"))
    rate: float | None = column(_("Tickets for each of them"), Unit.SHARE)


@dataclass(frozen=True, kw_only=True)
class Support(Report):
    weeks: list[TicketWeek] = table(_("Tickets by week"))
    times: list[ResponseTimes] = table(_("Response times"))
    topics: list[TicketTopic] = table(_("What tickets are about"))
    products: list[TicketProduct] = table(_("Products that cause tickets"))


def report(filters: Filters) -> Support:
    weeks, share = _weeks(filters.of_everybody)
    tickets = list(get_host().tickets(filters.opens, filters.closes, filters.scope))
    products = _products(filters.of_everybody)
    missing = (
        [] if weeks else [gettext("No tickets: record SUPPORT_OPENED and SUPPORT_CLOSED events.")]
    )
    if not tickets:
        missing.append(
            gettext(
                'No times and topics: the class in `ANALYTICS["HOST"]` gives no tickets of this '
                "period."
            )
        )
    if weeks and not products:
        missing.append(
            gettext("No ticket names a product: give `product_key` to SUPPORT_OPENED events.")
        )
    found = topics([one.text for one in tickets])
    if tickets and not found:
        missing.append(gettext("No topics yet: ten tickets that share words make one."))
    return Support(
        filters=filters,
        simulated=share,
        missing=missing,
        notes=reading.without_segment(filters),
        weeks=weeks,
        times=_times(tickets),
        topics=[TicketTopic(", ".join(topic.words), topic.texts) for topic in found],
        products=products,
    )


def _weeks(filters: Filters) -> tuple[list[TicketWeek], float]:
    kinds = (EventKind.SUPPORT_OPENED, EventKind.SUPPORT_CLOSED)
    counts: Counter[tuple[date, str]] = Counter()
    made_up = 0
    rows = reading.events(filters, *kinds).values_list("at", "kind", "simulated")
    for at, kind, simulated in rows.iterator(chunk_size=reading.ROWS_A_FETCH):
        day = timezone.localdate(at)
        counts[day - timedelta(days=day.weekday()), kind] += 1
        made_up += simulated
    if not counts:
        return [], 0.0
    first, last = min(counts)[0], max(counts)[0]
    weeks = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    return [TicketWeek(week, *(counts[week, kind] for kind in kinds)) for week in weeks], (
        made_up / counts.total()
    )


def _times(tickets: list[TicketFacts]) -> list[ResponseTimes]:
    groups = {ALL: tickets} if tickets else {}
    for one in sorted(tickets, key=lambda ticket: ticket.category):
        groups.setdefault(one.category, []).append(one)
    return [
        ResponseTimes(
            name,
            len(some),
            *_waiting(some, "first_response_at"),
            *_waiting(some, "resolved_at"),
        )
        for name, some in groups.items()
    ]


def _waiting(tickets: list[TicketFacts], name: str) -> list[float | None]:
    ends = [getattr(one, name) for one in tickets]
    seconds = [
        (end - one.opened_at).total_seconds() if end else np.nan
        for one, end in zip(tickets, ends, strict=True)
    ]
    return [None if np.isnan(value) else value for value in waiting(np.array(seconds))]


def _products(filters: Filters) -> list[TicketProduct]:
    tickets = sums(filters, [Measure.TICKETS], "key")
    keys = [str(key) for _, key in tickets]
    buys = sums(filters, [Measure.BUYS], "key") if keys else tickets
    titles = get_host().titles(keys)
    rows = []
    for key in keys:
        count, bought = int(tickets[Measure.TICKETS, key].value), int(buys[Measure.BUYS, key].value)
        rate = count / bought if bought else None
        rows.append(TicketProduct(key, titles.get(key, ""), count, bought, rate))
    return sorted(rows, key=lambda row: (-row.tickets, row.product))
