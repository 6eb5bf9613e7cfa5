"""Celery tasks: they take what they need and leave the rest to the services."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.db import InterfaceError, OperationalError

from analytics.services import ingest, retention, rollup


@shared_task(
    name=ingest.TASK,
    autoretry_for=(InterfaceError, OperationalError),
    max_retries=None,
    retry_backoff=True,
)
def store_events(rows: list[dict[str, Any]], new_visitors: list[str]) -> None:
    """Writes a batch of events. Delivered twice, it stores them once."""
    ingest.store_rows(rows, new_visitors)


@shared_task(name=rollup.TASK)
def roll_up() -> None:
    """Brings the daily figures of the reports up to date."""
    rollup.roll_up()


@shared_task(name="analytics.prune_events")
def prune_events() -> None:
    """Deletes events older than `KEEP_MONTHS`, and visitors and rare searches with them."""
    retention.prune()
