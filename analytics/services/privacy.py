"""What is known of a person, to hand out and to forget."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from analytics.models import Event, Visitor
from analytics.services.days import midnight
from analytics.services.rollup import recount

EXPORTED = (
    "kind", "at", "path", "source", "device", "product_key", "order_key", "query", "quantity",
    "amount", "currency", "rating", "payload",
)  # fmt: skip


def export(persons: Collection[str]) -> dict[str, Any]:
    """All events of a person, by the keys they have, and of their devices; JSON can hold it."""
    return {
        "devices": [
            {"pseudonym": visitor.pseudonym, "first_seen": visitor.first_seen.isoformat()}
            for visitor in Visitor.objects.filter(person__in=persons)
        ],
        "events": [_exported(row) for row in _events_of(persons).values(*EXPORTED).iterator()],
    }


def erase(persons: Collection[str]) -> dict[str, int]:
    """Deletes the events of a person and of their devices, and takes them out of the daily figures
    of the days whose events are kept. Counts by table.

    Each day is a transaction by itself, the devices come last: if it is stopped, doing it again
    does the rest.
    """
    theirs = _events_of(persons).order_by()
    places = {(timezone.localdate(at), scope) for at, scope in theirs.values_list("at", "scope")}
    events = sum(_erase_day(theirs, day, scope) for day, scope in sorted(places))
    visitors, _ = Visitor.objects.filter(person__in=persons).delete()
    return {"events": events, "visitors": visitors}


def _erase_day(theirs: QuerySet[Event], day: date, scope: str) -> int:
    inside = theirs.filter(scope=scope, at__gte=midnight(day), at__lt=midnight(day + timedelta(1)))
    with transaction.atomic():
        events, _ = inside.delete()
        recount(day, scope)
    return events


def _events_of(persons: Collection[str]) -> QuerySet[Event]:
    """What a device did before its login counts, unless it was somebody else who was logged in."""
    devices = list(Visitor.objects.filter(person__in=persons).values_list("pseudonym", flat=True))
    return Event.objects.filter(Q(person__in=persons) | Q(person="", visitor__in=devices))


def _exported(row: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in row.items() if value not in ("", None, {})}
    given["at"] = row["at"].isoformat()
    if row["amount"] is not None:
        given["amount"] = str(row["amount"])
    return given
