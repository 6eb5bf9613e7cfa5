"""Is a model worth publishing? Basket completion on orders it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from recommendations.conf import Settings
from recommendations.engine.base import Publication, Ranked, Recommender
from recommendations.engine.interactions import Interactions
from recommendations.engine.metrics import (
    ListScorer,
    Ranks,
    hit_rate,
    mrr,
    ndcg,
    ndcg_per_case,
    ranks_of_hidden,
)
from recommendations.engine.popularity import Popularity
from recommendations.engine.splits import hide_one_item, split_by_time

TOP = 10
TRAIN_SHARE = 0.9
#: Fewer hidden items than this decide nothing.
MIN_CASES = 30


@dataclass(frozen=True)
class Verdict:
    """`accepted` is also true where the store is too small to measure; `metrics` says so."""

    accepted: bool
    metrics: dict[str, Any]


def evaluate(model: Recommender, interactions: Interactions, settings: Settings) -> Verdict:
    """Fits on the oldest nine tenths, as it would be published, and compares with popularity.

    The model is accepted if its nDCG@10 beats popularity's by more than chance (the 95% interval
    of the paired difference lies above 0).
    """
    split = split_by_time(interactions, TRAIN_SHARE)
    cases = hide_one_item(split, settings.EVALUATION_BASKETS)
    metrics: dict[str, Any] = {
        "protocol": "basket-completion",
        "split": f"{split.by}:{TRAIN_SHARE}",
        "cases": len(cases.hidden),
    }
    if len(cases.hidden) < MIN_CASES:
        return Verdict(True, metrics | {"note": f"fewer than {MIN_CASES} baskets to ask about"})
    popular = list(popularity_lists(split.train, settings))
    lists = [*model.fit(split.train).ranked(publication(settings)), *popular]
    ranks = ranks_of_hidden(ListScorer(split.train.items, lists), cases)
    baseline = ranks_of_hidden(ListScorer(split.train.items, popular), cases)
    gain = ndcg_per_case(ranks, TOP) - ndcg_per_case(baseline, TOP)
    margin = 1.96 * float(gain.std(ddof=1)) / np.sqrt(len(gain))
    metrics |= {
        "model": _figures(ranks),
        "popularity": _figures(baseline),
        "ndcg_gain": [round(float(gain.mean()) + side * margin, 4) for side in (-1, 0, 1)],
    }
    return Verdict(bool(gain.mean() > margin), metrics)


def publication(settings: Settings) -> Publication:
    return Publication(settings.LIST_SIZE, settings.MIN_PAIR_ORDERS, settings.MIN_PAIR_BUYERS)


def popularity_lists(interactions: Interactions, settings: Settings) -> list[Ranked]:
    """The fallback that is published beside every model."""
    model = Popularity(half_life_days=settings.HALF_LIFE_DAYS).fit(interactions)
    return list(model.ranked(Publication(k=settings.POPULAR_SIZE)))


def _figures(ranks: Ranks) -> dict[str, float]:
    return {
        f"ndcg@{TOP}": round(ndcg(ranks, TOP), 4),
        f"hit_rate@{TOP}": round(hit_rate(ranks, TOP), 4),
        f"mrr@{TOP}": round(mrr(ranks, TOP), 4),
    }
