"""What reports read: daily figures where sums are enough, events where they are not."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy

from analytics.models import DailyFigure, Event, EventKind, RollUp, Visitor
from analytics.services.reports.base import Filters
from analytics.stats.arrays import Codes, Flags, Floats, encode, share
from analytics.stats.daily import Measure

ROWS_A_FETCH = 20_000
#: Rows of daily figures are wide.
FIGURES_A_FETCH = 500
NO_ROLL_UP = gettext_lazy(
    "Nothing has been counted yet: run `manage.py roll_up`, or a Celery beat with its task."
)

NO_ORDERS = gettext_lazy(
    "No orders of a known buyer: record PURCHASE events with `order_key`, from people who are "
    "logged in or have a visitor id."
)
OF_STAFF = gettext_lazy(
    "Channel and device change nothing here: what staff do, such as publishing a review or closing "
    "a ticket, has neither."
)


class Total(NamedTuple):
    value: float = 0.0
    simulated: float = 0.0


NOTHING = Total()
Sums = defaultdict[tuple[Any, ...], Total]
Adding = dict[str, float]


def sums(filters: Filters, measures: Sequence[Measure], *by: str) -> Sums:
    """Sums of daily figures: (measure, *by) → total, nothing for what is not there.

    by: columns of `DailyFigure` such as "day" and "source", and "key" at the end, which tells the
    keys apart.
    """
    by_key = by[-1:] == ("key",)
    labels = by[:-1] if by_key else by
    chosen = _figures(filters).filter(measure__in=list(measures))
    rows: Any = chosen.values_list("measure", *labels, "sums", "simulated")
    parts: dict[tuple[Any, ...], tuple[Adding, Adding]] = {}
    for *place, values, made_up in rows.iterator(chunk_size=FIGURES_A_FETCH):
        part = parts.setdefault(tuple(place), ({}, {}))
        _add(part[0], values)
        _add(part[1], made_up)
    found: Sums = defaultdict(lambda: NOTHING)
    for where, (values, made_up) in parts.items():
        if by_key:
            for key, value in values.items():
                found[*where, key] = Total(value, made_up.get(key, 0.0))
        else:
            found[where] = Total(sum(values.values()), sum(made_up.values()))
    return found


def sums_by_key(filters: Filters, measure: Measure) -> Adding:
    """Key → sum, where there are too many keys for a `Total` each."""
    found: Adding = {}
    chosen = _figures(filters).filter(measure=measure).values_list("sums", flat=True)
    for values in chosen.iterator(chunk_size=FIGURES_A_FETCH):
        _add(found, values)
    return found


def _add(sums: Adding, more: Mapping[str, float]) -> None:
    for key, value in more.items():
        sums[key] = sums.get(key, 0.0) + value


def most(filters: Filters, measure: Measure, number: int) -> dict[str, Total]:
    """The keys with the largest sums, the largest first."""
    found = [(key, total) for (_, key), total in sums(filters, [measure], "key").items()]
    return dict(sorted(found, key=lambda one: (-one[1].value, one[0]))[:number])


def most_frequent(rows: QuerySet[Event, tuple[str]]) -> str:
    """The value that most rows of one column have; empty without any."""
    counts = rows.annotate(rows=Count("pk")).order_by("-rows")
    return next((value for value, _ in counts[:1]), "")


def main_currency(filters: Filters) -> str:
    """The one most money was taken in; amounts in others are never added to it."""
    taken = sums(filters, [Measure.REVENUE], "currency")
    return max(taken, key=lambda place: taken[place].value, default=("", ""))[1]


def share_simulated(total: Total) -> float:
    return share(total.simulated, total.value)


def without_segment(filters: Filters) -> list[str]:
    """A note for a report on what has no channel and no device, where one was asked for."""
    return [] if filters == filters.of_everybody else [str(OF_STAFF)]


def nothing_rolled_up() -> list[str]:
    return [] if RollUp.objects.exists() else [str(NO_ROLL_UP)]


def _figures(filters: Filters) -> QuerySet[DailyFigure]:
    figures = DailyFigure.objects.filter(
        scope=filters.scope, day__gte=filters.start, day__lte=filters.end
    )
    if filters.source:
        figures = figures.filter(source=filters.source)
    return figures.filter(device=filters.device) if filters.device else figures


def events(filters: Filters, *kinds: EventKind) -> QuerySet[Event]:
    """Events of the period. A channel keeps the visitors that came through it in the period: the
    events after the first of a visit do not name one."""
    inside = Event.objects.filter(
        scope=filters.scope, at__gte=filters.opens, at__lt=filters.closes
    ).order_by()
    chosen = of_segment(inside, filters)
    return chosen.filter(kind__in=kinds) if kinds else chosen


def of_segment(chosen: QuerySet[Event], filters: Filters) -> QuerySet[Event]:
    if filters.source:
        came = Event.objects.filter(
            scope=filters.scope, source=filters.source, at__gte=filters.opens,
            at__lt=filters.closes,
        )  # fmt: skip
        chosen = chosen.filter(visitor__in=came.exclude(visitor="").values("visitor"))
    return chosen.filter(device=filters.device) if filters.device else chosen


def people() -> dict[str, str]:
    """Device → the person who logged in there last: somebody who has two is one person. What an
    event says itself of who it was comes first."""
    known = Visitor.objects.exclude(person="").order_by().values_list("pseudonym", "person")
    return dict(known.iterator(chunk_size=ROWS_A_FETCH))


@dataclass(frozen=True)
class Orders:
    """Orders with a known buyer; all arrays are (orders,)."""

    #: An index into `buyers`.
    buyer: Codes
    #: Unix seconds.
    at: Floats
    #: In the report's currency.
    amount: Floats
    simulated: Flags
    buyers: list[str]

    @property
    def share_simulated(self) -> float:
        return float(self.simulated.mean()) if len(self.simulated) else 0.0


def orders(filters: Filters, currency: str, *, all_before: bool = False) -> Orders:
    """The orders of the period, or all up to its end. The database adds up their lines."""
    lines = Event.objects.filter(
        scope=filters.scope, kind=EventKind.PURCHASE, at__lt=filters.closes
    ).exclude(order_key="")
    if not all_before:
        lines = lines.filter(at__gte=filters.opens)
    rows = (
        of_segment(lines, filters)
        .exclude(person="", visitor="")
        .order_by()
        .values_list("order_key")
        .annotate(
            person=Max("person"),
            visitor=Max("visitor"),
            first=Min("at"),
            total=Sum("amount", filter=Q(currency=currency)),
            made_up=Count("pk", filter=Q(simulated=True)),
        )
    )
    known = people()
    buyers, at, amount, simulated = [], array("d"), array("d"), array("b")
    for _, person, visitor, first, total, made_up in rows.iterator(chunk_size=ROWS_A_FETCH):
        buyers.append(person or known.get(visitor, visitor))
        at.append(first.timestamp())
        amount.append(float(total or 0))
        simulated.append(made_up > 0)
    codes, names = encode(buyers)
    return Orders(
        buyer=codes,
        at=np.array(at),
        amount=np.array(amount),
        simulated=np.array(simulated, dtype=bool),
        buyers=[str(name) for name in names],
    )
