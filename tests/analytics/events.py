"""Rows of events for tests; what a test cares about it passes."""

import uuid

from django.utils import timezone

from analytics.models import Event


def add_event(**fields):
    """A page view of nobody, just now."""
    now = fields.get("at", timezone.now())
    defaults = {"key": uuid.uuid4(), "kind": "PAGE_VIEW", "at": now, "received_at": now}
    return Event.objects.create(**defaults | fields)
