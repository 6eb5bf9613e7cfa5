"""Encrypts everything again with the newest key, so that older ones can be thrown away."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from recommendations.management.console import console_for
from shop.encryption import SETTING, KeyMissing, encrypted_fields, rotate


class Command(BaseCommand):
    help = (
        f"Encrypts all encrypted texts with the first key of {SETTING}. Put the new key first and "
        "keep the old ones, restart every process, run this, then take the old ones out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        console = console_for(self.stdout)
        rows = sum(model._base_manager.count() for model in encrypted_fields())
        with Progress(console=console) as bar:
            task = bar.add_task("encrypting", total=rows)
            try:
                rotated = rotate(lambda step: bar.advance(task, step))
            except KeyMissing as error:
                raise CommandError(f"{error} Put the key back at the end of the list.") from error
        console.print(f"{rotated:,} rows are encrypted with the first key.")
