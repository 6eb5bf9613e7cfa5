"""What speaks against a product wherever it is suggested: low ratings, and orders taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from recommendations.engine.base import Document, Entry, ListKind, Ranked
from recommendations.engine.interactions import Interactions

#: Ratings and orders of the store's average that every product is given besides its own: so few
#: are needed to tell it from chance.
PRIOR_RATINGS, PRIOR_ORDERS = 10.0, 20.0


def quality(
    documents: Sequence[Document], interactions: Interactions, weight: float = 1.0
) -> dict[str, float]:
    """q_j in [0, 1) of the products that are worse than the average; all others have 1.

    q_j = (min(1, r_j / r̄) · min(1, (1 − t_j) / (1 − t̄)))^weight
    r_j = (Σ ratings_j + 10 r̄) / (ratings_j + 10)
    t_j = (returns_j + 20 t̄) / (orders_j + returns_j + 20)

    r̄ is the mean of all ratings, t̄ the share of all lines of orders that were taken back; orders_j
    are those of the interactions, which hold none of these.

    Source: Efron & Morris 1975, "Data Analysis Using Stein's Estimator and its Generalizations":
    means shrunk to the mean of all.
    """
    ratings = np.array([document.ratings for document in documents], dtype=float)
    sums = ratings * np.array([document.rating or 0.0 for document in documents])
    returns = np.array([document.returns for document in documents], dtype=float)
    orders = dict(zip(interactions.items, interactions.item_orders().tolist(), strict=True))
    held = returns + [orders.get(document.key, 0) for document in documents]
    found = np.ones(len(documents))
    if sums.sum() > 0:
        mean = sums.sum() / ratings.sum()
        found *= np.minimum(1, (sums / mean + PRIOR_RATINGS) / (ratings + PRIOR_RATINGS))
    if 0 < returns.sum() < held.sum():
        share = returns.sum() / held.sum()
        taken_back = (returns + PRIOR_ORDERS * share) / (held + PRIOR_ORDERS)
        found *= np.minimum(1, (1 - taken_back) / (1 - share))
    lowered = np.flatnonzero(found**weight < 1)
    return {documents[j].key: float(found[j] ** weight) for j in lowered.tolist()}


def weighed(lists: Iterable[Ranked], factors: Mapping[str, float]) -> Iterator[Ranked]:
    """The lists with what speaks for a product multiplied by its factor, in order again.

    A buyer's own list stays as it is, as does what a seed says against a product.
    """
    for ranked in lists:
        if ranked.kind == ListKind.USER or factors.keys().isdisjoint(ranked.keys):
            yield ranked
            continue
        entries = [_weighed(entry, factors.get(entry.key, 1.0)) for entry in ranked.entries]
        entries.sort(key=lambda entry: -entry.score)
        yield Ranked.of(ranked.kind, ranked.seed, ranked.orders, entries)


def _weighed(entry: Entry, factor: float) -> Entry:
    return entry._replace(score=entry.score * factor) if entry.score > 0 else entry
