"""Days where the shop is."""

from datetime import date, datetime

from django.utils import timezone


def midnight(day: date) -> datetime:
    """The moment the day begins."""
    start = datetime(day.year, day.month, day.day)
    return timezone.make_aware(start)
