"""Deletes what is older than the months that are kept, and says how much that was."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from analytics.services.retention import prune


class Command(BaseCommand):
    help = (
        "Deletes events and visitors older than ANALYTICS['KEEP_MONTHS']. The figures of those "
        "days forget who came, and put together what few visitors searched for."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        pruned = prune()
        self.stdout.write(
            f"{pruned.events:,} events and {pruned.visitors:,} visitors deleted, "
            f"rare searches of {pruned.days:,} days put together."
        )
