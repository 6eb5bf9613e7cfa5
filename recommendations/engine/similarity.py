"""Similarities of items, each a line or two over the counts of a shop.

Each has the form row_i · C_ij · column_j (`SCALED`) or needs each C_ij by itself (`PAIRWISE`).
The names of a function's keyword arguments are the parameters of `ItemKNN` that it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
#: Row and column scales, both (items,).
Scales = tuple[Floats, Floats]

BM25_SATURATION = 1.2
BM25_LENGTH_NORM = 0.75


class Counts(NamedTuple):
    """orders: (items,) in how many orders each item is. total: N, the number of all orders.

    n: (items,) Σ_b w_b x_bi, where the weights of all orders add up to N.
    """

    orders: Longs
    n: Floats
    total: int


def snc(
    counts: Counts, *, popularity_exponent: float, shrinkage: float, seed_rarity_exponent: float
) -> Scales:
    rarity = np.log(np.maximum(counts.total / counts.orders, 1.0)) ** seed_rarity_exponent
    column = np.power(counts.orders, -float(popularity_exponent), dtype=np.float64)
    return rarity / (counts.orders + shrinkage), column


def count(counts: Counts) -> Scales:
    return np.ones_like(counts.n), np.ones_like(counts.n)


def conditional(counts: Counts, *, shrinkage: float) -> Scales:
    return 1 / (counts.n + shrinkage), np.ones_like(counts.n)


def cosine(counts: Counts, *, shrinkage: float) -> Scales:
    scale = (counts.n + shrinkage) ** -0.5
    return scale, scale


def asymmetric_cosine(counts: Counts, *, popularity_exponent: float, shrinkage: float) -> Scales:
    n = counts.n + shrinkage
    return n ** (popularity_exponent - 1.0), n**-popularity_exponent


def lift(counts: Counts, *, shrinkage: float) -> Scales:
    n = counts.n + shrinkage
    return counts.total / n, 1 / n


def bm25(counts: Counts) -> Scales:
    length = 1 - BM25_LENGTH_NORM + BM25_LENGTH_NORM * counts.orders / counts.orders.mean()
    scale = (BM25_SATURATION + 1) / (BM25_SATURATION * length + 1)
    return scale, scale


def jaccard(both: Floats, n_i: Floats, n_j: Floats, total: int, *, shrinkage: float) -> Floats:
    return both / (n_i + n_j - both + shrinkage)


def llr(both: Floats, n_i: Floats, n_j: Floats, total: int) -> Floats:
    cells = (both, n_i - both, n_j - both, total - n_i - n_j + both)
    # Weighted counts may leave a rounding error below zero where an item is in every order.
    entropy = sum(xlogy(cell, cell) for cell in (np.maximum(cell, 0.0) for cell in cells))
    margins = sum(xlogy(sum_, sum_) for sum_ in (n_i, n_j, total - n_i, total - n_j))
    ratio = 2 * (entropy - margins + xlogy(total, total))
    return np.where(both * total > n_i * n_j, np.maximum(ratio, 0.0), 0.0)


SCALED: dict[str, Callable[..., Scales]] = {
    "snc": snc,
    "count": count,
    "conditional": conditional,
    "cosine": cosine,
    "asymmetric_cosine": asymmetric_cosine,
    "lift": lift,
    "tfidf": cosine,
    "bm25": bm25,
}
PAIRWISE: dict[str, Callable[..., Floats]] = {"jaccard": jaccard, "llr": llr}
SIMILARITIES: dict[str, Callable[..., Any]] = SCALED | PAIRWISE
#: These weigh an order by its rarity as a term, log(1 + items / |b|)², not by |b|^−γ.
IDF_WEIGHTED = frozenset({"tfidf", "bm25"})
