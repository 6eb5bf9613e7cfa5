"""Hold-outs: what a model may learn from, and what it is then asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.interactions import Interactions


@dataclass(frozen=True)
class Split:
    """`by` says how it was made: "time", or "random" where the orders have no times."""

    train: Interactions
    test: Interactions
    by: str


def split_by_time(interactions: Interactions, share: float = 0.9, seed: int = 0) -> Split:
    """The oldest `share` of the baskets to learn from, the rest to be asked about.

    Baskets of one instant stay together. Without times (or with one time for all) the split is
    random, which flatters a model a little: nothing later than the training is asked about.
    """
    days = interactions.days
    timed = ~np.isnan(days)
    if timed.any() and np.nanmin(days) < np.nanmax(days):
        train = ~timed | (days < np.nanquantile(days, share))
        by = "time"
    else:
        train = np.random.default_rng(seed).random(interactions.n_baskets) < share
        by = "random"
    return Split(interactions.select(train), interactions.select(~train), by)


@dataclass(frozen=True)
class HiddenItems:
    """Baskets with one item taken out, in the item indices of the training matrix.

    seen: CSR (cases, items), what is left of each basket. hidden: (cases,), what was taken out.
    """

    seen: sparse.csr_array
    hidden: npt.NDArray[np.int64]


def hide_one_item(split: Split, max_cases: int, seed: int = 0) -> HiddenItems:
    """Basket completion: of each test basket with two known items or more, one is hidden.

    Items the training never saw can't be recommended by any model and are dropped. At most
    `max_cases` baskets are drawn.
    """
    known = _in_training_columns(split)
    eligible = np.flatnonzero(np.diff(known.indptr) >= 2)
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(eligible)[:max_cases])
    known = known[chosen]
    sizes = np.diff(known.indptr)
    position = known.indptr[:-1] + (rng.random(len(sizes)) * sizes).astype(np.int64)
    hidden = known.indices[position].astype(np.int64)
    seen = known.copy()
    seen.data[position] = 0
    seen.eliminate_zeros()
    return HiddenItems(seen, hidden)


def _in_training_columns(split: Split) -> sparse.csr_array:
    column = {key: i for i, key in enumerate(split.train.items)}
    kept = [i for i, key in enumerate(split.test.items) if key in column]
    rename = sparse.csr_array(
        (np.ones(len(kept), np.float32), (kept, [column[split.test.items[i]] for i in kept])),
        shape=(split.test.n_items, split.train.n_items),
    )
    return sparse.csr_array(split.test.baskets @ rename)
