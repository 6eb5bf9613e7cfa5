"""What is known of a person, to hand out and to forget."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from analytics.models import Event, Visitor
from analytics.services.rollup import take_out

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
    """Deletes the events of a person and of their devices, all or nothing. Counts by table.

    The days of these events are counted again right after it, see `rollup.mark_stale`.
    """
    with transaction.atomic():
        events = take_out(_events_of(persons))
        visitors, _ = Visitor.objects.filter(person__in=persons).delete()
    return {"events": events, "visitors": visitors}


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
