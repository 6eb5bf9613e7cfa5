"""A training run: read, evaluate, fit, write lists, publish. Until the last step nothing that is
served changes, so a run may fail or be killed anywhere."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from recommendations.choices import Phase
from recommendations.conf import Settings, get_settings, get_store
from recommendations.engine.base import Document, Ranked, Recommender
from recommendations.engine.interactions import Interactions, read_interactions
from recommendations.engine.quality import quality, weighed
from recommendations.engine.registry import make_item_model
from recommendations.exceptions import GivenUp, InvalidArgument, NothingToLearn
from recommendations.models import TRAINED, ModelVersion, RunStatus, Surface
from recommendations.services import counting, publishing
from recommendations.services.evaluation import (
    Verdict,
    evaluate,
    learnable,
    publication,
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

#: The verdict on lists that held-out baskets say nothing about.
UNMEASURED = Verdict(
    True, {"note": [(gettext_noop("no held-out basket says what is similar or in demand"), {})]}
)


def train(
    surface: str = Surface.FREQUENTLY_BOUGHT_WITH,
    scope: str = "default",
    *,
    holder: str | None = None,
    force: bool = False,
    listener: Listener | None = None,
    orders: Orders | None = None,
) -> ModelVersion:
    """Trains a new version and publishes it if it passes the gate, or in any case with `force`.

    `orders` lets runs of several surfaces share one reading.

    `holder` names the run; a task that is delivered again passes the same name and takes over
    from itself, three times. Raises `TrainingInProgress`, `GivenUp`, `NothingToLearn`, or what
    the store raised; a version that was begun stays as FAILED with the reason.
    """
    check(surface, scope)
    orders = orders or Orders(scope)
    model, params = _model_of(surface, get_settings())
    run = holder or uuid.uuid4().hex
    with training_lease(surface, scope, run) as lease:
        _close_killed_runs(surface, scope)
        _check_strikes(run)
        version = ModelVersion.objects.create(
            surface=surface,
            scope=scope,
            run=run,
            model=model,
            params=params,
            orders_changed_at=orders.changed_at,
        )
        try:
            _run(version, orders, lease, RunProgress(version, lease, listener), force=force)
        except Exception as error:
            logger.exception("training %s of %s/%s failed", version, surface, scope)
            _close_failed(version, f"{type(error).__name__}: {error}")
            raise
    publishing.prune(surface, scope)
    return version


def train_all(
    scope: str = "default",
    *,
    holder: str | None = None,
    force: bool = False,
    listener: Listener | None = None,
) -> list[ModelVersion]:
    """Trains every surface that has a model, from one reading of the orders."""
    orders = Orders(scope)
    return [
        train(surface, scope, holder=holder, force=force, listener=listener, orders=orders)
        for surface in TRAINED
    ]


def train_on_news(surface: str, scope: str, holder: str | None = None) -> ModelVersion | None:
    """Trains if any order came, changed or was taken back since the last run."""
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


class Orders:
    """The orders of a scope, read when they are first asked for."""

    def __init__(self, scope: str) -> None:
        self._scope = Scope(scope)
        self._read: Interactions | None = None
        #: Asked for before the first line is read: what comes later is news.
        self.changed_at = get_store().orders_changed_at(self._scope)

    def read(self, progress: RunProgress) -> Interactions:
        if self._read is None:
            self._read = _read(self._scope, progress)
        return self._read


def _model_of(surface: str, settings: Settings) -> tuple[str, dict[str, Any]]:
    """Name and parameters of the model that is trained for a surface."""
    if surface == Surface.SIMILAR_PRODUCTS:
        return settings.SIMILAR_MODEL, {}
    if surface == Surface.TRENDING:
        half_life = settings.TRENDING_HALF_LIFE_DAYS
        return "popularity", {"half_life_days": half_life, "by_category": True}
    return settings.MODEL, dict(settings.MODEL_PARAMS)


def check(surface: str, scope: str) -> None:
    """Raises `InvalidArgument` for a surface or scope that nothing is trained for."""
    if surface not in TRAINED:
        raise InvalidArgument(f"surface {surface!r}: legal are {', '.join(TRAINED)}.")
    if scope not in get_settings().SCOPES:
        raise InvalidArgument(f"scope {scope!r}: legal are {', '.join(get_settings().SCOPES)}.")


def _run(
    version: ModelVersion, orders: Orders, lease: Lease, progress: RunProgress, *, force: bool
) -> None:
    interactions = orders.read(progress)
    version.orders, version.items = interactions.n_baskets, interactions.n_items
    version.save(update_fields=["orders", "items"])

    documents = list(get_store().products(Scope(version.scope)))
    model = make_item_model(version.model, version.params)
    verdict = UNMEASURED
    if version.surface == Surface.FREQUENTLY_BOUGHT_WITH:
        model, verdict = _tuned_and_measured(model, version, interactions, documents, progress)
    progress(Phase.FITTING, EVALUATED)
    model.fit(interactions, documents)
    factors = quality(documents, interactions, get_settings().QUALITY_WEIGHT)
    counting.save_quality(version, factors)
    lists = _lists(version, model, interactions, documents, factors)
    for written in publishing.write_lists(version, lists):
        progress(Phase.WRITING, FITTED + (WRITTEN - FITTED) * written / len(lists))
    if version.surface == Surface.FREQUENTLY_BOUGHT_WITH:
        counting.save(version, interactions, documents)

    with transaction.atomic():
        lease.lock()  # a run that has been taken over must not publish
        accepted = verdict.accepted or force
        version.metrics = verdict.metrics
        version.lists = len(lists)
        version.status = RunStatus.READY if accepted else RunStatus.REJECTED
        version.phase, version.progress = "", 100
        version.finished_at = timezone.now()
        version.save()
        if accepted and lists:
            publishing.promote(version)
    version.refresh_from_db()


def _tuned_and_measured(
    model: Recommender,
    version: ModelVersion,
    interactions: Interactions,
    documents: Sequence[Document],
    progress: RunProgress,
) -> tuple[Recommender, Verdict]:
    settings = get_settings()
    progress(Phase.TUNING, READ)
    if settings.TUNE:
        model = model.tuned(learnable(interactions))
        version.params = model.get_params()
    progress(Phase.EVALUATING, TUNED)
    live = publishing.live_version(version.surface, version.scope)
    return model, evaluate(model, interactions, settings, live=live, documents=documents)


def _lists(
    version: ModelVersion,
    model: Recommender,
    interactions: Interactions,
    documents: Sequence[Document],
    factors: Mapping[str, float],
) -> list[Ranked]:
    """The other surfaces fall back on what is published beside "frequently bought with"."""
    settings = get_settings()
    if version.surface != Surface.FREQUENTLY_BOUGHT_WITH:
        return list(weighed(model.ranked(publication(settings)), factors))
    n = dict(zip(interactions.items, interactions.item_orders().tolist(), strict=True))
    lists = published_lists(model, interactions, settings, documents, factors)
    return with_every_item(lists, n)


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
            progress(Phase.READING, READ * min(count / expected, 1.0))
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
