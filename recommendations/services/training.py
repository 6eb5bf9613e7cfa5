"""A training run: read, evaluate, fit, write lists, publish. Until the last step nothing that is
served changes, so a run may fail or be killed anywhere."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils import timezone

from recommendations.conf import get_settings, get_store
from recommendations.engine.interactions import Interactions, read_interactions
from recommendations.engine.registry import make_model
from recommendations.exceptions import GivenUp, InvalidArgument, NothingToLearn
from recommendations.models import ModelVersion, RunStatus, Surface
from recommendations.services import publishing
from recommendations.services.evaluation import (
    evaluate,
    learnable,
    published_lists,
    with_every_item,
)
from recommendations.services.leases import Lease, training_lease
from recommendations.services.progress import Listener, RunProgress
from recommendations.stores.base import OrderLineFact, Scope

logger = logging.getLogger(__name__)

# Shares of a run at the end of each phase, from runs on real shops.
READ, TUNED, EVALUATED, FITTED, WRITTEN = 0.5, 0.65, 0.8, 0.85, 1.0
LINES_BETWEEN_TICKS = 20_000
MAX_STRIKES = 3


def train(
    surface: str = Surface.FREQUENTLY_BOUGHT_WITH,
    scope: str = "default",
    *,
    holder: str | None = None,
    force: bool = False,
    listener: Listener | None = None,
) -> ModelVersion:
    """Trains a new version and publishes it if it passes the gate, or in any case with `force`.

    `holder` names the run; a task that is delivered again passes the same name and takes over
    from itself, three times. Raises `TrainingInProgress`, `GivenUp`, `NothingToLearn`, or what
    the store raised; a version that was begun stays as FAILED with the reason.
    """
    _check(surface, scope)
    settings = get_settings()
    run = holder or uuid.uuid4().hex
    with training_lease(surface, scope, run) as lease:
        _close_killed_runs(surface, scope)
        _check_strikes(run)
        version = ModelVersion.objects.create(
            surface=surface,
            scope=scope,
            run=run,
            model=settings.MODEL,
            params=dict(settings.MODEL_PARAMS),
            orders_changed_at=get_store().orders_changed_at(Scope(scope)),
        )
        try:
            _run(version, lease, RunProgress(version, lease, listener), force=force)
        except Exception as error:
            logger.exception("training %s of %s/%s failed", version, surface, scope)
            _close_failed(version, f"{type(error).__name__}: {error}")
            raise
    publishing.prune(surface, scope)
    return version


def refresh(scope: str = "default", *, holder: str | None = None) -> ModelVersion | None:
    """Trains again if any order came, changed or was taken back since the last run."""
    surface = Surface.FREQUENTLY_BOUGHT_WITH
    _check(surface, scope)
    changed_at = get_store().orders_changed_at(Scope(scope))
    newest = (
        ModelVersion.objects.filter(surface=surface, scope=scope)
        .exclude(status__in=[RunStatus.FAILED, RunStatus.RUNNING])
        .first()
    )
    known = newest.orders_changed_at if newest else None
    if changed_at is None or (known is not None and changed_at <= known):
        return None
    return train(surface, scope, holder=holder)


def _check(surface: str, scope: str) -> None:
    if surface not in Surface.values:
        raise InvalidArgument(f"surface {surface!r}: legal are {', '.join(Surface.values)}.")
    if scope not in get_settings().SCOPES:
        raise InvalidArgument(f"scope {scope!r}: legal are {', '.join(get_settings().SCOPES)}.")


def _run(version: ModelVersion, lease: Lease, progress: RunProgress, *, force: bool) -> None:
    settings = get_settings()
    interactions = _read(Scope(version.scope), progress)
    version.orders, version.items = interactions.n_baskets, interactions.n_items
    version.save(update_fields=["orders", "items"])

    documents = list(get_store().products(Scope(version.scope)))
    model = make_model(version.model, version.params)
    progress("tuning", READ)
    if settings.TUNE:
        model = model.tuned(learnable(interactions))
        version.params = model.get_params()
    progress("evaluating", TUNED)
    live = publishing.live_version(version.surface, version.scope)
    verdict = evaluate(model, interactions, settings, live=live, documents=documents)
    progress("fitting", EVALUATED)
    model.fit(interactions, documents)
    lists = with_every_item(published_lists(model, interactions, settings), interactions)
    for written in publishing.write_lists(version, lists):
        progress("writing lists", FITTED + (WRITTEN - FITTED) * written / len(lists))

    with transaction.atomic():
        lease.lock()  # a run that has been taken over must not publish
        accepted = verdict.accepted or force
        version.metrics = verdict.metrics
        version.lists = len(lists)
        version.status = RunStatus.READY if accepted else RunStatus.REJECTED
        version.phase, version.progress = "", 100
        version.finished_at = timezone.now()
        version.save()
        if accepted:
            publishing.promote(version)
    version.refresh_from_db()


def _read(scope: Scope, progress: RunProgress) -> Interactions:
    store = get_store()
    expected = max(store.count_order_lines(scope), 1)
    lines = _ticking(store.order_lines(scope), expected, progress)
    interactions = read_interactions(lines, get_settings().MAX_BASKET_SIZE)
    if interactions.n_baskets == 0:
        raise NothingToLearn("The store has no orders to learn from yet.")
    return interactions


def _ticking(
    lines: Iterable[OrderLineFact], expected: int, progress: RunProgress
) -> Iterator[OrderLineFact]:
    for count, line in enumerate(lines):
        if count % LINES_BETWEEN_TICKS == 0:
            progress("reading orders", READ * min(count / expected, 1.0))
        yield line


def _close_killed_runs(surface: str, scope: str) -> None:
    """Who holds the lease knows that no other run is alive: what still says so was killed."""
    killed = ModelVersion.objects.filter(surface=surface, scope=scope, status=RunStatus.RUNNING)
    for version in killed:
        _close_failed(version, "The run was killed before it could finish.")


def _check_strikes(run: str) -> None:
    """A broker delivers the task of a killed worker again, and would for ever."""
    strikes = ModelVersion.objects.filter(run=run, status=RunStatus.FAILED).count()
    if strikes >= MAX_STRIKES:
        raise GivenUp(f"Run {run} was killed {strikes} times and is not tried again.")


def _close_failed(version: ModelVersion, reason: str) -> None:
    publishing.drop_lists(version)
    ModelVersion.objects.filter(pk=version.pk).update(
        status=RunStatus.FAILED, error=reason, finished_at=timezone.now()
    )
