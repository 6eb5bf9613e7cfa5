"""How long events are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from analytics.conf import get_settings
from analytics.models import Event, Visitor

ROWS_A_STEP = 10_000


@dataclass(frozen=True)
class Pruned:
    events: int
    visitors: int


def prune(now: datetime | None = None) -> Pruned:
    """Deletes what happened before the months that are kept, and devices nobody used since.

    Each step is a transaction by itself, so that a large month locks nobody out.
    """
    before = kept_since(now or timezone.now(), get_settings().KEEP_MONTHS)
    events = _delete(Event.objects.filter(at__lt=before).order_by("at"))
    used = Exists(Event.objects.filter(visitor=OuterRef("pseudonym")))
    visitors = _delete(Visitor.objects.filter(~used, first_seen__lt=before).order_by("first_seen"))
    return Pruned(events, visitors)


def kept_since(now: datetime, months: int) -> datetime:
    """The first moment of the month that lies `months` before the month of `now`."""
    local = timezone.localtime(now)
    number = local.year * 12 + local.month - 1 - months
    first = datetime(number // 12, number % 12 + 1, 1)
    return timezone.make_aware(first)


def _delete(rows: QuerySet[Model]) -> int:
    total = 0
    while keys := list(rows.values_list("pk", flat=True)[:ROWS_A_STEP]):
        rows.model._base_manager.filter(pk__in=keys).delete()
        total += len(keys)
    return total
