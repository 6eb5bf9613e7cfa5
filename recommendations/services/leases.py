"""One run at a time trains a surface and scope."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from recommendations.conf import get_settings
from recommendations.exceptions import LeaseLost, TrainingInProgress
from recommendations.models import TrainingLease


@dataclass(frozen=True)
class Lease:
    surface: str
    scope: str
    holder: str

    def renew(self) -> None:
        """Says that the run is alive. Raises `LeaseLost` where another one has taken over."""
        if not self._mine().update(expires_at=_expiry()):
            raise LeaseLost(f"Another run has taken over {self.surface}/{self.scope}.")

    def lock(self) -> None:
        """Holds the lease fast until the transaction ends; `LeaseLost` where it is gone."""
        if not self._mine().select_for_update().exists():
            raise LeaseLost(f"Another run has taken over {self.surface}/{self.scope}.")

    def release(self) -> None:
        self._mine().delete()

    def _mine(self) -> QuerySet[TrainingLease]:
        return TrainingLease.objects.filter(
            surface=self.surface, scope=self.scope, holder=self.holder
        )


@contextmanager
def training_lease(surface: str, scope: str, holder: str) -> Iterator[Lease]:
    """Holds the lease for the block. The same holder may take its own again: a task that was
    killed and delivered once more goes on at once. Raises `TrainingInProgress`."""
    lease = Lease(surface, scope, holder)
    _take(lease)
    try:
        yield lease
    finally:
        lease.release()


def _take(lease: Lease) -> None:
    wanted = TrainingLease.objects.filter(surface=lease.surface, scope=lease.scope)
    free = Q(expires_at__lt=timezone.now()) | Q(holder=lease.holder)
    if wanted.filter(free).update(holder=lease.holder, expires_at=_expiry()):
        return
    try:
        with transaction.atomic():
            TrainingLease.objects.create(
                surface=lease.surface,
                scope=lease.scope,
                holder=lease.holder,
                expires_at=_expiry(),
            )
    except IntegrityError as error:
        other = wanted.first()
        until = (
            f" If it was killed, try again after {other.expires_at:%H:%M:%S %Z}." if other else ""
        )
        raise TrainingInProgress(
            f"Another run trains {lease.surface}/{lease.scope} at the moment.{until}"
        ) from error


def _expiry() -> datetime:
    return timezone.now() + timedelta(seconds=get_settings().LEASE_SECONDS)
