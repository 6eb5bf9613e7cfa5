"""How long events are kept, and what daily figures say of visitors and their searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from analytics.conf import get_settings
from analytics.models import DailyFigure, Event, Visitor
from analytics.stats.daily import OTHER, Measure

ROWS_A_STEP = 10_000
#: A query of fewer visitors a day may tell who they are: it does not outlive the events.
LEAST_SEARCHERS = 5
BY_QUERY = (Measure.SEARCHES, Measure.EMPTY, Measure.OPENED, Measure.SEARCHERS)


@dataclass(frozen=True)
class Pruned:
    events: int
    visitors: int
    #: Days whose rare searches were put together.
    days: int


def prune(now: datetime | None = None) -> Pruned:
    """Deletes what happened before the months that are kept, and devices nobody used since. In the
    daily figures of that time, no visitor is left, and searches of fewer than `LEAST_SEARCHERS`
    visitors become one.

    Each step is a transaction by itself, so that a large month locks nobody out. If it is stopped,
    the next time does the rest.
    """
    now = now or timezone.now()
    before = kept_since(now, get_settings().KEEP_MONTHS)
    events = _delete(Event.objects.filter(at__lt=before).order_by("at"))
    used = Exists(Event.objects.filter(visitor=OuterRef("pseudonym")))
    visitors = _delete(Visitor.objects.filter(~used, first_seen__lt=before).order_by("first_seen"))
    first = first_kept_day(now)
    _delete(DailyFigure.objects.filter(measure=Measure.DAYS, day__lt=first).order_by("day"))
    return Pruned(events, visitors, _fold_rare_searches(first))


def kept_since(now: datetime, months: int) -> datetime:
    """The first moment of the month that lies `months` before the month of `now`."""
    local = timezone.localtime(now)
    number = local.year * 12 + local.month - 1 - months
    first = datetime(number // 12, number % 12 + 1, 1)
    return timezone.make_aware(first)


def first_kept_day(now: datetime) -> date:
    """All events of this day and of those after it are kept."""
    return timezone.localdate(kept_since(now, get_settings().KEEP_MONTHS))


def _fold_rare_searches(before: date) -> int:
    """Returns how many days had any."""
    rows = DailyFigure.objects.filter(measure__in=BY_QUERY, day__lt=before)
    days = rows.order_by("day", "scope").values_list("day", "scope").distinct()
    return sum(_fold_day(list(rows.filter(day=day, scope=scope))) for day, scope in days)


def _fold_day(rows: list[DailyFigure]) -> bool:
    """Puts the rare queries of a day together in all of its rows at once, if it has any."""
    searchers = Counter[str]()
    for row in rows:
        if row.measure == Measure.SEARCHERS:
            searchers.update(row.sums)
    usual = {query for query, visitors in searchers.items() if visitors >= LEAST_SEARCHERS}
    changed = [row for row in rows if not row.sums.keys() <= usual | {OTHER}]
    for row in changed:
        row.sums, row.simulated = _fold(row.sums, usual), _fold(row.simulated, usual)
    DailyFigure.objects.bulk_update(changed, ["sums", "simulated"])
    return bool(changed)


def _fold(sums: Mapping[str, float], usual: Collection[str]) -> dict[str, float]:
    folded: dict[str, float] = {}
    for query, value in sums.items():
        key = query if query in usual else OTHER
        folded[key] = folded.get(key, 0) + value
    return folded


def _delete(rows: QuerySet[Model]) -> int:
    total = 0
    while keys := list(rows.values_list("pk", flat=True)[:ROWS_A_STEP]):
        rows.model._base_manager.filter(pk__in=keys).delete()
        total += len(keys)
    return total
