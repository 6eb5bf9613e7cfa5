"""Parameters of EASE from the newest part of the orders a model may learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numba
import numpy as np
import numpy.typing as npt
from numba import njit, prange

from recommendations.engine.cooccurrence import Floats, Ints, one_kernel_at_a_time
from recommendations.engine.ease import basket_weights, most_frequent, solve, weighted_gram
from recommendations.engine.interactions import Interactions
from recommendations.engine.metrics import ndcg_per_case
from recommendations.engine.splits import Cases, hide_one_item, split_by_time

TRAIN_SHARE = 0.9
TOP = 10
#: Fewer questions can't tell parameters apart, and more take long.
MIN_CASES, MAX_CASES = 100, 20_000
#: Enough to rank parameters, and a small part of the time that the whole catalogue takes.
MAX_ITEMS = 3_000
EXPONENTS = (1.0, 0.75, 0.5)
HALF_LIVES = (90.0, 365.0)
REGULARIZATION_STEP = 3.0


@dataclass(frozen=True)
class EaseParameters:
    regularization: float = 10.0
    basket_size_exponent: float = 1.0
    half_life_days: float | None = 90.0


def tune_ease(interactions: Interactions, seed: int = 0) -> EaseParameters:
    """The parameters with the best nDCG@10 of basket completion on the newest tenth.

    One after the other: λ up and down by threes for each γ, from where the γ before it ended,
    then the half-life. With too few baskets to ask about the defaults stand.
    """
    split = split_by_time(interactions, TRAIN_SHARE, seed)
    cases = hide_one_item(split, MAX_CASES, seed)
    best = EaseParameters()
    if len(cases) < MIN_CASES:
        return best
    quality = _Quality(split.train, cases)
    for gamma in EXPONENTS:
        found = _climb(quality, replace(best, basket_size_exponent=gamma))
        best = max(best, found, key=quality)
    others = [replace(best, half_life_days=half_life) for half_life in HALF_LIVES]
    return max([best, *others], key=quality)


def _climb(quality: Callable[[EaseParameters], float], start: EaseParameters) -> EaseParameters:
    """Multiplies or divides λ while that helps."""
    best = start
    for factor in (REGULARIZATION_STEP, 1 / REGULARIZATION_STEP):
        while True:
            step = replace(best, regularization=best.regularization * factor)
            if quality(step) <= quality(best):
                break
            best = step
        if best != start:
            break
    return best


class _Quality:
    """nDCG@10 of parameters on fixed questions, each computed once.

    The Gram matrix stays for all λ that are asked for with one γ and one half-life.
    """

    def __init__(self, train: Interactions, cases: Cases) -> None:
        self._train = train
        items = most_frequent(train, MAX_ITEMS)
        self._baskets = train.baskets[:, items]
        self._seen = cases.seen[:, items]
        column = np.full(train.n_items, -1, dtype=np.int32)
        column[items] = np.arange(len(items))
        self._hidden = column[cases.hidden]
        self._known: dict[EaseParameters, float] = {}
        self._weighted: tuple[float, float | None] | None = None

    def __call__(self, parameters: EaseParameters) -> float:
        if parameters not in self._known:
            S = solve(self._gram_of(parameters).copy(order="F"), parameters.regularization)
            self._known[parameters] = float(ndcg_per_case(self._ranks(S)[:, None], TOP).mean())
        return self._known[parameters]

    def _gram_of(self, parameters: EaseParameters) -> npt.NDArray[np.float32]:
        asked = (parameters.basket_size_exponent, parameters.half_life_days)
        if self._weighted != asked:
            self._weighted = asked
            self._gram = weighted_gram(self._baskets, basket_weights(self._train, *asked))
        return self._gram

    def _ranks(self, S: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Ranks among the modelled items; a hidden item that is not one of them ranks last."""
        ranks = np.full(len(self._hidden), np.inf)
        seen, shares = self._seen, numba.get_num_threads() * 8
        with one_kernel_at_a_time:
            _rank_all(S, seen.indptr, seen.indices, self._hidden, ranks, shares)
        return ranks


@njit(parallel=True, cache=True, nogil=True)
def _rank_all(
    S: npt.NDArray[np.float32], ptr: Ints, seen: Ints, hidden: Ints, ranks: Floats, n_shares: int
) -> None:
    """Ranks of the hidden items of all baskets, ties at their mean."""
    for share in prange(n_shares):
        scores = np.empty(len(S), dtype=np.float32)
        for case in range(share, len(hidden), n_shares):
            if hidden[case] < 0:
                continue
            basket = seen[ptr[case] : ptr[case + 1]]
            scores[:] = 0
            for item in basket:
                scores += S[item]
            for item in basket:
                scores[item] = -np.inf
            own = scores[hidden[case]]
            better, equal = 0, 0
            for score in scores:
                better += score > own
                equal += score == own
            ranks[case] = better + (equal + 1) / 2
