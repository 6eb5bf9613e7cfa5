"""What is known of a person, to hand out and to forget."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from analytics.models import Event, Visitor

EXPORTED = (
    "kind", "at", "path", "source", "device", "product_key", "order_key", "query", "quantity",
    "amount", "currency", "rating", "payload",
)  # fmt: skip


def export(person: str) -> dict[str, Any]:
    """All events of a person and of their devices, as JSON can hold them."""
    return {
        "devices": [
            {"pseudonym": visitor.pseudonym, "first_seen": visitor.first_seen.isoformat()}
            for visitor in Visitor.objects.filter(person=person)
        ],
        "events": [_exported(row) for row in _events_of(person).values(*EXPORTED).iterator()],
    }


def erase(person: str) -> dict[str, int]:
    """Deletes the events of a person and of their devices. Counts by table."""
    events, _ = _events_of(person).delete()
    visitors, _ = Visitor.objects.filter(person=person).delete()
    return {"events": events, "visitors": visitors}


def _events_of(person: str) -> QuerySet[Event]:
    """What a device did before its login counts, unless it was somebody else who was logged in."""
    devices = list(Visitor.objects.filter(person=person).values_list("pseudonym", flat=True))
    return Event.objects.filter(Q(person=person) | Q(person="", visitor__in=devices))


def _exported(row: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in row.items() if value not in ("", None, {})}
    given["at"] = row["at"].isoformat()
    if row["amount"] is not None:
        given["amount"] = str(row["amount"])
    return given
