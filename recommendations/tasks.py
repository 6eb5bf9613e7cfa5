"""Celery tasks: they name a surface and a scope and leave the rest to the services."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task, shared_task

from recommendations.exceptions import GivenUp, NothingToLearn, TrainingInProgress
from recommendations.services import training

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


@shared_task(name="recommendations.refresh", bind=True)
def refresh(self: Task[Any, Any], scope: str = "default") -> None:
    """Trains again where orders have changed since the last run."""
    try:
        training.refresh(scope, holder=self.request.id)
    except HARMLESS as reason:
        logger.warning("recommendations.refresh: %s", reason)
