"""Item-item models: what was bought in the same basket."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.base import (
    Additive,
    Document,
    ListKind,
    Publication,
    Ranked,
    columns_of,
)
from recommendations.engine.interactions import Interactions
from recommendations.engine.parameters import check_ranges
from recommendations.engine.ranking import rank_pairs
from recommendations.engine.similarity import (
    IDF_WEIGHTED,
    PAIRWISE,
    SCALED,
    SIMILARITIES,
    Counts,
)
from recommendations.engine.topk import pair_topk
from recommendations.exceptions import InvalidArgument

NUMBERS = {"basket_size_exponent", "popularity_exponent", "shrinkage", "seed_rarity_exponent"}


class ItemKNN(Additive):
    """The neighbours of an item are what shared its baskets.

    C_ij = Σ_b w_b x_bi x_bj,  n_i = C_ii,  w_b = |b|^−γ · 2^(−age_b / H)

    | similarity | S_ij | uses besides γ and H |
    |---|---|---|
    | snc | log(N / n_i)^a · C_ij / ((n_i + k) · n_j^β) | a, β, k |
    | count | C_ij | |
    | conditional | C_ij / (n_i + k) | k |
    | cosine | C_ij / √((n_i + k)(n_j + k)) | k |
    | asymmetric_cosine | C_ij / ((n_i + k)^(1−β) · (n_j + k)^β) | β, k |
    | jaccard | C_ij / (n_i + n_j − C_ij + k) | k |
    | lift | N · C_ij / ((n_i + k)(n_j + k)) | k |
    | llr | G² of the table of i and j, 0 where they meet less than by chance | |
    | tfidf | cosine with w_b = log(1 + items / |b|)² · 2^(−age_b / H) | k, not γ |
    | bm25 | f_i f_j C_ij, w_b as tfidf, f_i = 2.2 / (1 + 1.2 (¼ + ¾ n_i / mean n)) | not γ |

    A pair in a small basket says more than one in a large basket (γ); what is in every basket
    goes with nothing in particular (β); an item seen rarely is trusted less (k). A cart c scores
    a candidate j by Σ_{i∈c} S_ij, so a seed's share of the score is exact.

    The size-normalised co-occurrence `snc` and f_i of `bm25` count n_i in plain orders; for the
    others the w_b are scaled to add up to N, so that k is in orders for all.

    Parameters
    ----------
    similarity : a name of the table.
    basket_size_exponent : γ ≥ 0.
    popularity_exponent : β ≥ 0.
    shrinkage : k ≥ 0, in orders.
    seed_rarity_exponent : a ≥ 0.
    half_life_days : H > 0, or None for no decay.
    once_a_buyer : a buyer counts once a pair, with the newest order; not for jaccard and llr.

    Attributes
    ----------
    interactions_ : the baskets it was fitted on; `ranked` multiplies them. S is never stored,
        but for jaccard and llr, which look at each pair: a sparse matrix of all pairs.

    `fit` raises `InvalidArgument` for an unknown similarity, for a number outside its range, and
    for a parameter set to other than its default that the similarity does not use.

    Sources: Sarwar et al. 2001 and Deshpande & Karypis 2004 (item-based top-N), Aiolli 2013
    (asymmetric cosine), Dunning 1993 (G²), Robertson & Zaragoza 2009 (BM25), Paudel et al. 2017
    (popularity exponent of RP3β), Cormode et al. 2009 (forward decay).
    """

    def __init__(
        self,
        basket_size_exponent: float = 1.0,
        popularity_exponent: float = 0.3,
        shrinkage: float = 10.0,
        seed_rarity_exponent: float = 0.0,
        half_life_days: float | None = 90.0,
        once_a_buyer: bool = False,
        similarity: str = "snc",
    ) -> None:
        self.basket_size_exponent = basket_size_exponent
        self.popularity_exponent = popularity_exponent
        self.shrinkage = shrinkage
        self.seed_rarity_exponent = seed_rarity_exponent
        self.half_life_days = half_life_days
        self.once_a_buyer = once_a_buyer
        self.similarity = similarity

    def fit(self, interactions: Interactions, documents: Sequence[Document] = ()) -> Self:
        self._check_parameters()
        self.interactions_ = interactions
        return self

    def ranked(
        self, publication: Publication, seeds: npt.NDArray[np.int64] | None = None
    ) -> Iterator[Ranked]:
        X: Interactions = self._check_fitted("interactions_")
        if X.n_items == 0:
            return iter(())
        weights = self._weights(X)
        shares = weights * (X.n_baskets / weights.sum())
        counts = Counts(X.item_orders(), X.baskets.T @ shares, X.n_baskets)
        if self.similarity in PAIRWISE:
            lists = self._rank_pairwise(X, shares, counts, publication)
            asked = set(X.items) if seeds is None else {X.items[seed] for seed in seeds}
            return (ranked for ranked in lists if ranked.seed in asked)
        kept = weights if self.similarity == "snc" else shares
        seeds = np.arange(X.n_items) if seeds is None else seeds
        return self._rank_scaled(X, kept, counts, publication, seeds)

    def _weights(self, X: Interactions) -> npt.NDArray[np.float64]:
        sizes = np.maximum(X.basket_sizes(), 1)
        if self.similarity in IDF_WEIGHTED:
            weights = np.log1p(X.n_items / sizes) ** 2
        else:
            weights = sizes ** -float(self.basket_size_exponent)
        return weights if self.half_life_days is None else weights * X.decay(self.half_life_days)

    def _rank_scaled(
        self,
        X: Interactions,
        weights: npt.NDArray[np.float64],
        counts: Counts,
        publication: Publication,
        seeds: npt.NDArray[np.int64],
    ) -> Iterator[Ranked]:
        row_scale, column_scale = SCALED[self.similarity](counts, **self._used())
        best = pair_topk(
            X,
            weights=weights,
            column_scale=column_scale,
            k=publication.k,
            min_orders=publication.min_orders,
            min_buyers=publication.min_buyers,
            once_a_buyer=self.once_a_buyer,
            seeds=seeds,
        )
        scores = best.scores * row_scale[seeds, None]
        n = counts.orders
        for row, seed in enumerate(seeds):
            if best.indices[row].max(initial=-1) >= 0:
                columns = columns_of(X.items, best.indices[row], scores[row], best.orders[row])
                yield Ranked(ListKind.ITEM, X.items[seed], int(n[seed]), *columns)

    def _rank_pairwise(
        self,
        X: Interactions,
        weights: npt.NDArray[np.float64],
        counts: Counts,
        publication: Publication,
    ) -> Iterator[Ranked]:
        baskets = X.baskets.astype(np.float64)
        both = sparse.coo_array(baskets.T @ sparse.diags_array(weights) @ baskets)
        i, j = both.coords
        similar = PAIRWISE[self.similarity]
        values = similar(both.data, counts.n[i], counts.n[j], counts.total, **self._used())
        scores = sparse.csr_array((values, (i, j)), shape=both.shape)
        return rank_pairs(X, lambda first, end: scores[first:end].toarray(), publication)

    def _used(self) -> dict[str, Any]:
        """What the formula takes by keyword, by name."""
        parameters = inspect.signature(SIMILARITIES[self.similarity]).parameters.values()
        return {p.name: getattr(self, p.name) for p in parameters if p.kind is p.KEYWORD_ONLY}

    def _check_parameters(self) -> None:
        if self.similarity not in SIMILARITIES:
            raise InvalidArgument(
                f"similarity {self.similarity!r}: legal are {', '.join(SIMILARITIES)}."
            )
        used = {"similarity", "half_life_days", *self._used()}
        if self.similarity not in IDF_WEIGHTED:
            used.add("basket_size_exponent")
        if self.similarity in SCALED:
            used.add("once_a_buyer")
        for name, parameter in inspect.signature(type(self)).parameters.items():
            if name not in used and getattr(self, name) != parameter.default:
                raise InvalidArgument(
                    f"{name}: similarity {self.similarity!r} does not use it; "
                    f"it uses {', '.join(sorted(used))}."
                )
        ranges = dict.fromkeys(used & NUMBERS, "[0, inf)")
        if self.half_life_days is not None:
            ranges["half_life_days"] = "(0, inf)"
        check_ranges(self, **ranges)
