"""Daily figures, kept up to date: a day whose events changed is counted again, whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from analytics.models import DailyFigure, Event, EventKind, RollUp
from analytics.services.days import midnight
from analytics.services.retention import first_kept_day
from analytics.stats.daily import Figure, figures_of_day
from analytics.stats.events import Events

#: A transaction that was open during the last roll-up may have committed events since that say
#: they came in before it.
OVERLAP = timedelta(minutes=15)
ROWS_A_FETCH = 20_000
ROWS_A_WRITE = 500

COLUMNS = (
    "kind", "visitor", "at", "path", "source", "device", "product_key", "query", "results",
    "quantity", "amount", "currency", "rating", "simulated",
)  # fmt: skip
#: Suggestions that were shown say nothing about a visit, and there are many of them.
LEFT_OUT = (EventKind.IMPRESSION,)


def roll_up() -> int:
    """Counts every day again that events came in for since the last time. Returns how many.

    A run that is stopped leaves whole days behind, and the next one does what was left. Days whose
    events are pruned keep their figures.
    """
    began = timezone.now()
    state, _ = RollUp.objects.get_or_create(pk=RollUp.ONLY)
    new = Event.objects.all()
    if state.until is not None:
        new = new.filter(received_at__gt=state.until - OVERLAP)
    days = 0
    for day in _days(new):
        inside = new.filter(at__gte=midnight(day), at__lt=midnight(day + timedelta(days=1)))
        for scope in inside.order_by().values_list("scope", flat=True).distinct():
            roll_day(day, scope)
            days += 1
    RollUp.objects.filter(pk=RollUp.ONLY).update(until=began)
    return days


def rolled_up_until() -> datetime | None:
    """Events that came in before are in the figures; None before the first time."""
    state = RollUp.objects.filter(pk=RollUp.ONLY).first()
    return state.until if state else None


def roll_day(day: date, scope: str) -> None:
    """Replaces the figures of a day in one transaction; two at a time wait for one another."""
    with transaction.atomic():
        _wait_for_others()
        rows = _rows(day, scope, count_day(day, scope))
        DailyFigure.objects.filter(day=day, scope=scope).delete()
        DailyFigure.objects.bulk_create(rows, batch_size=ROWS_A_WRITE)


def recount(day: date, scope: str) -> None:
    """`roll_day` after events were taken out of a day: one that is pruned keeps its figures, and
    one that was not counted yet is left to `roll_up`."""
    with transaction.atomic():
        _wait_for_others()
        counted = DailyFigure.objects.filter(day=day, scope=scope).exists()
        if counted and day >= first_kept_day(timezone.now()):
            roll_day(day, scope)


def _wait_for_others() -> None:
    """Until the end of the transaction nobody else writes figures."""
    RollUp.objects.select_for_update().get_or_create(pk=RollUp.ONLY)


def count_day(day: date, scope: str) -> list[Figure]:
    """The figures of a day from its events; no more than a day of them is in memory."""
    start = midnight(day)
    rows = (
        Event.objects.filter(scope=scope, at__gte=start, at__lt=midnight(day + timedelta(days=1)))
        .exclude(kind__in=LEFT_OUT)
        .order_by()
        .values_list(*COLUMNS)
    )
    return figures_of_day(
        Events.from_rows(rows.iterator(chunk_size=ROWS_A_FETCH)), start.timestamp()
    )


def _rows(day: date, scope: str, figures: list[Figure]) -> list[DailyFigure]:
    """One row for all keys of a measure: a day of a large shop is some hundred rows."""
    rows: dict[tuple[str, ...], DailyFigure] = {}
    for measure, key, source, device, currency, value, simulated in figures:
        place = (measure, source, device, currency)
        if place not in rows:
            rows[place] = DailyFigure(
                day=day, scope=scope, measure=measure, source=source, device=device,
                currency=currency,
            )  # fmt: skip
        rows[place].sums[key] = _plain(value)
        if simulated:
            rows[place].simulated[key] = _plain(simulated)
    return list(rows.values())


def _plain(value: float) -> float | int:
    """Counts as whole numbers, which take less room."""
    return int(value) if value.is_integer() else value


def _days(new: QuerySet[Event]) -> list[date]:
    """The days that may have such events, the oldest first, but for those that are pruned."""
    span = new.aggregate(first=Min("at"), last=Max("at"))
    if span["first"] is None:
        return []
    first = max(timezone.localdate(span["first"]), first_kept_day(timezone.now()))
    last = timezone.localdate(span["last"])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
