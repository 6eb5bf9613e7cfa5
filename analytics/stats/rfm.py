"""Recency, frequency and money of customers: named segments, and clusters found in the data.

Scores after Hughes, "Strategic Database Marketing" (1994): each figure is cut into fifths.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from analytics.stats.arrays import Codes, Floats

#: Segments by recency (first) and frequency (second) score, from the most to the least wanted. The
#: first whose two ranges hold a customer's scores is theirs; together they cover all 25 pairs.
SEGMENTS: tuple[tuple[str, tuple[int, int], tuple[int, int]], ...] = (
    ("Champions", (5, 5), (4, 5)),
    ("Loyal", (3, 5), (4, 5)),
    ("Potential loyalists", (4, 5), (2, 3)),
    ("New", (5, 5), (1, 1)),
    ("Promising", (4, 4), (1, 1)),
    ("Need attention", (3, 3), (3, 3)),
    ("About to sleep", (3, 3), (1, 2)),
    ("Cannot lose", (1, 1), (5, 5)),
    ("At risk", (1, 2), (3, 5)),
    ("Hibernating", (2, 2), (1, 2)),
    ("Lost", (1, 1), (1, 2)),
)
SCORES = 5
MOST_CLUSTERS = 6
#: Customers the clusters are learned from, and those the silhouette is measured on, which needs
#: the distances of all pairs. The others go to the nearest centre.
LEARNED_FROM, MEASURED_ON = 20_000, 1_000


def scores(values: Floats) -> Codes:
    """Fifths of the customers from 1 (lowest values) to 5, (n,); equal values share a score.

    Formula: ⌈5 (rank − ½) / n⌉ with the mean rank of equal values.
    """
    ranks = rankdata(values, method="average")
    return np.ceil(SCORES * (ranks - 0.5) / max(len(values), 1)).astype(np.int64)


def segments(recency: Codes, frequency: Codes) -> Codes:
    """The index in `SEGMENTS` of each customer; recency, frequency: scores 1 … 5 (n,)."""
    table = np.full((SCORES + 1, SCORES + 1), -1, dtype=np.int64)
    for index, (_, (r_low, r_high), (f_low, f_high)) in reversed(list(enumerate(SEGMENTS))):
        table[r_low : r_high + 1, f_low : f_high + 1] = index
    return table[recency, frequency]


def features(days: Floats, orders: Floats, money: Floats) -> Floats:
    """log(1 + x) of the three figures, each with mean 0 and deviation 1: (n, 3)."""
    table = np.log1p(np.column_stack([days, orders, np.maximum(money, 0.0)]))
    deviation = table.std(axis=0)
    return (table - table.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)


def clusters(table: Floats, seed: int = 0) -> Codes:
    """k-means with the k from 2 to 6 whose silhouette (Rousseeuw, 1987) is best: (n,).

    table: `features` (n, 3). Clusters are numbered by size, the largest first; customers who are
    all alike are one cluster.
    """
    distinct = len(np.unique(table, axis=0))
    if distinct < 3:
        return np.zeros(len(table), dtype=np.int64)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(table))
    learned, sample = table[order[:LEARNED_FROM]], table[order[:MEASURED_ON]]
    best, labels = -np.inf, np.zeros(len(table), dtype=np.int64)
    for k in range(2, min(MOST_CLUSTERS, distinct - 1) + 1):
        model = KMeans(k, n_init=3, random_state=seed).fit(learned)
        found = model.predict(sample)
        quality = silhouette_score(sample, found) if len(np.unique(found)) > 1 else -1.0
        if quality > best:
            best, labels = quality, model.predict(table).astype(np.int64)
    return _by_size(labels)


def _by_size(labels: Codes) -> Codes:
    rank = np.empty(labels.max() + 1, dtype=np.int64)
    rank[np.argsort(-np.bincount(labels), kind="stable")] = np.arange(len(rank))
    return rank[labels]
