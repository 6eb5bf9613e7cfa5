"""`manage.py roll_up`: brings the daily figures of the reports up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from analytics.services.rollup import roll_up


class Command(BaseCommand):
    help = "Counts the days again that events came in for since the last time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{roll_up()} days counted.")
