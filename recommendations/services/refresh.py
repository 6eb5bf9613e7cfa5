"""Between two trainings: orders that came, changed or were taken back are counted into the live
version, in seconds. What is served changes in one transaction, or not at all."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from recommendations.conf import get_settings, get_store
from recommendations.engine.base import Additive, Document, Ranked
from recommendations.engine.interactions import Interactions
from recommendations.engine.ledger import Changes
from recommendations.engine.quality import weighed
from recommendations.engine.ranking import with_added, with_evidence
from recommendations.engine.registry import make_model
from recommendations.exceptions import BadArtifact, InvalidArgument, NothingToLearn
from recommendations.models import ModelVersion, Surface
from recommendations.services import publishing
from recommendations.services.counting import Counted, quality_of
from recommendations.services.evaluation import publication, with_every_item, with_popularity
from recommendations.services.leases import Lease, training_lease
from recommendations.services.training import check, train_on_news
from recommendations.stores.base import Scope

logger = logging.getLogger(__name__)

SURFACE = Surface.FREQUENTLY_BOUGHT_WITH
#: An order is stamped when its transaction begins and seen when it ends, and clocks differ: so
#: much is asked for again. What comes twice counts once.
OVERLAP = timedelta(hours=1)


def refresh(scope: str = "default", *, holder: str | None = None) -> ModelVersion | None:
    """Brings the live versions of "frequently bought with" and of what is trending up to date, and
    returns the first; None where nothing has changed.

    Where there is no live version, or what it has counted is lost or damaged, this trains instead,
    if orders have changed since the last run. Raises as `train`.
    """
    check(SURFACE, scope)
    with training_lease(SURFACE, scope, holder or uuid.uuid4().hex) as lease:
        live = publishing.live_version(SURFACE, scope)
        if live is not None and live.orders_changed_at is not None:
            try:
                return _refresh(live, live.orders_changed_at, lease)
            except (BadArtifact, InvalidArgument) as error:  # or an older release's model
                logger.error("%s of %s can't be refreshed: %s", live, scope, error)
    return train_on_news(SURFACE, scope, holder)


def _refresh(live: ModelVersion, known: datetime, lease: Lease) -> ModelVersion | None:
    store, scope = get_store(), Scope(live.scope)
    # Asked for before the orders are: what comes later is news next time.
    changed_at = store.orders_changed_at(scope) or known
    counted = Counted.load(live)
    changes = counted.changes(store.changed_orders(scope, known - OVERLAP))
    if not changes.keys:
        ModelVersion.objects.filter(pk=live.pk).update(orders_changed_at=max(changed_at, known))
        return None
    counted = counted.updated(changes)
    X = counted.interactions()
    if X.n_baskets == 0:
        raise NothingToLearn("All orders have been taken back.")
    documents, factors = counted.documents(X.items), quality_of(live)
    lists = {live: _lists(live, X, changes, documents, factors)}
    trending = publishing.live_version(Surface.TRENDING, live.scope)
    if trending is not None:
        model = make_model(trending.model, trending.params).fit(X, documents)
        lists[trending] = list(weighed(model.ranked(publication(get_settings())), factors))
    with transaction.atomic():
        lease.lock()  # a refresh that has been taken over must not publish
        counted.save_news()
        for version, found in lists.items():
            publishing.replace_lists(version, found)
            # Later than before in any case: it tells other processes that they know old numbers.
            _close(version, X, max(changed_at, known + timedelta(microseconds=1)))
    live.refresh_from_db()
    return live


def _lists(
    version: ModelVersion,
    X: Interactions,
    changes: Changes,
    documents: Sequence[Document],
    factors: Mapping[str, float],
) -> list[Ranked]:
    """Those of the touched products, and what is popular."""
    settings = get_settings()
    position = {key: j for j, key in enumerate(X.items)}
    n = X.item_orders()
    touched = {key: int(n[position[key]]) if key in position else 0 for key in changes.keys}
    model = make_model(version.model, version.params)
    if isinstance(model, Additive):
        seeds = np.array(sorted(position[key] for key in touched if key in position), dtype=int)
        found = model.fit(X, documents).ranked(publication(settings), seeds)
        lists = list(weighed(found, factors))
    else:
        lists = _as_learned(version, X, changes)
    return with_every_item(with_popularity(lists, X, settings, documents, factors), touched)


def _as_learned(version: ModelVersion, X: Interactions, changes: Changes) -> list[Ranked]:
    """The lists of a model that has to be trained: its scores, and the orders of today. What new
    orders only add to is added; where one changed, pairs and their buyers are counted anew."""
    anew = set().union(*changes.before)
    return [
        *with_evidence(
            list(publishing.stored_lists(version, anew)), X, publication(get_settings())
        ),
        *with_added(publishing.stored_lists(version, changes.keys - anew), changes.after),
    ]


def _close(version: ModelVersion, X: Interactions, changed_at: datetime) -> None:
    ModelVersion.objects.filter(pk=version.pk).update(
        orders=X.n_baskets,
        items=X.n_items,
        lists=version.ranked_lists.count(),
        orders_changed_at=changed_at,
        refreshed_at=timezone.now(),
    )
