"""Celery tasks: they name a surface and a scope and leave the rest to the services."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task, shared_task

from recommendations.exceptions import GivenUp, NothingToLearn, TrainingInProgress
from recommendations.services import training
from recommendations.services.refresh import refresh as refresh_live

logger = logging.getLogger(__name__)

#: Not a failure of the task: somebody else is at it, or there is nothing to do.
HARMLESS = (TrainingInProgress, NothingToLearn, GivenUp)


@shared_task(name="recommendations.train", bind=True)
def train(
    self: Task[Any, Any],
    surface: str | None = None,
    scope: str = "default",
) -> None:
    """Trains a new version and publishes it if it passes the gate; of every surface if none is
    named."""
    try:
        if surface is None:
            training.train_all(scope, holder=self.request.id)
        else:
            training.train(surface, scope, holder=self.request.id)
    except HARMLESS as reason:
        logger.warning("recommendations.train: %s", reason)


@shared_task(name="recommendations.refresh", bind=True, acks_late=False)
def refresh(self: Task[Any, Any], scope: str = "default") -> None:
    """Counts what came into the live version. Lost with its worker: the next one does it all."""
    try:
        refresh_live(scope, holder=self.request.id)
    except HARMLESS as reason:
        logger.warning("recommendations.refresh: %s", reason)
