"""Daily figures, kept up to date: a day whose events changed is counted again, whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from celery import signature
from django.db import transaction
from django.db.models import DateTimeField, Func, Max, Min, QuerySet
from django.utils import timezone

from analytics.conf import get_settings
from analytics.models import DailyFigure, Event, EventKind, RollUp, StaleDay
from analytics.services.days import midnight
from analytics.services.retention import first_kept_day
from analytics.stats.daily import Figure, figures_of_day
from analytics.stats.events import Events

TASK = "analytics.roll_up"
#: A transaction that was open during the last roll-up may have committed events since that say
#: they came in before it.
OVERLAP = timedelta(minutes=15)
ROWS_A_FETCH = 20_000
ROWS_A_WRITE = 500


class Moment(Func):
    """A moment as a database gives it soonest: PostgreSQL in Unix seconds, which are read in a
    fifth of the time that its datetimes take, others as a datetime."""

    output_field = DateTimeField()
    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "EXTRACT(EPOCH FROM %(expressions)s)::double precision"
        return self.as_sql(compiler, connection, template=template, **context)


COLUMNS = (
    "kind", "visitor", Moment("at"), "path", "source", "device", "product_key", "query", "results",
    "quantity", "amount", "currency", "rating", "simulated",
)  # fmt: skip
#: Suggestions that were shown say nothing about a visit, and there are many of them.
LEFT_OUT = (EventKind.IMPRESSION,)


def roll_up() -> int:
    """Counts every day again that events came in for since the last time, or were taken out of.
    Returns how many.

    A run that is stopped leaves whole days behind, and the next one does what was left. Days whose
    events are pruned keep their figures.
    """
    began = timezone.now()
    first = first_kept_day(began)
    state, _ = RollUp.objects.get_or_create(pk=RollUp.ONLY)
    StaleDay.objects.filter(day__lt=first).delete()
    new = Event.objects.filter(at__gte=midnight(first))
    if state.until is not None:
        new = new.filter(received_at__gt=state.until - OVERLAP)
    places = {*_places(new), *StaleDay.objects.values_list("day", "scope")}
    for day, scope in sorted(places):
        roll_day(day, scope)
    RollUp.objects.filter(pk=RollUp.ONLY).update(until=began)
    return len(places)


def mark_stale(places: Iterable[tuple[date, str]], *, soon: bool = True) -> None:
    """Has days counted again that the running transaction takes events out of: by the next
    `roll_up`, or `soon` by a worker after the commit, where there is one."""
    StaleDay.objects.bulk_create(StaleDay(day=day, scope=scope) for day, scope in places)
    if soon and get_settings().USE_CELERY:
        transaction.on_commit(signature(TASK).delay, robust=True)


def take_out(events: QuerySet[Event], *, soon: bool = True) -> int:
    """Deletes events, all or nothing, and has their days counted again. Returns how many."""
    events = events.order_by()
    with transaction.atomic():
        moments = events.values_list("at", "scope").iterator(chunk_size=ROWS_A_FETCH)
        if places := {(timezone.localdate(at), scope) for at, scope in moments}:
            mark_stale(places, soon=soon)
        deleted, _ = events.delete()
    return deleted


def rolled_up_until() -> datetime | None:
    """Events that came in before are in the figures; None before the first time."""
    state = RollUp.objects.filter(pk=RollUp.ONLY).first()
    return state.until if state else None


def roll_day(day: date, scope: str) -> None:
    """Replaces the figures of a day in one transaction; two at a time wait for one another."""
    with transaction.atomic():
        RollUp.objects.select_for_update().get_or_create(pk=RollUp.ONLY)
        # Read before the events: what is marked from here on is left to the next time.
        marks = list(StaleDay.objects.filter(day=day, scope=scope).values_list("pk", flat=True))
        rows = _rows(day, scope, count_day(day, scope))
        DailyFigure.objects.filter(day=day, scope=scope).delete()
        DailyFigure.objects.bulk_create(rows, batch_size=ROWS_A_WRITE)
        StaleDay.objects.filter(pk__in=marks).delete()


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


def _places(new: QuerySet[Event]) -> Iterator[tuple[date, str]]:
    """The days and scopes that have such events."""
    span = new.aggregate(first=Min("at"), last=Max("at"))
    if span["first"] is None:
        return
    first, last = (timezone.localdate(at) for at in (span["first"], span["last"]))
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        inside = new.filter(at__gte=midnight(day), at__lt=midnight(day + timedelta(days=1)))
        for scope in inside.order_by().values_list("scope", flat=True).distinct():
            yield day, scope
