"""Hold-outs: what a model may learn from, and what it is then asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recommendations.engine.interactions import Interactions

Codes = npt.NDArray[np.int64]
#: Of a buyer's history, the seeds of item lists come from this many baskets, the newest.
RECENT_BASKETS = 5


@dataclass(frozen=True)
class Split:
    """`by` says how it was made: "time", or "random" where the orders have no times."""

    train: Interactions
    test: Interactions
    by: str


def split_by_time(interactions: Interactions, share: float = 0.9, seed: int = 0) -> Split:
    """The oldest `share` of the baskets to learn from, the rest to be asked about.

    Baskets of one instant stay together; those of unknown time are learned from. Without times
    (or with one time for all) the split is random.
    """
    days = interactions.days
    timed = ~np.isnan(days)
    instants = np.unique(days[timed])
    if len(instants) < 2:
        return split_at_random(interactions, share, seed)
    # The first instant is always learned from, however many baskets share it.
    cut = max(np.quantile(days[timed], share), instants[1])
    return _split(interactions, ~timed | (days < cut), "time")


def split_at_random(interactions: Interactions, share: float = 0.9, seed: int = 0) -> Split:
    """Each basket is learned from with the probability `share`.

    This flatters a model a little: what is asked about is no later than what it has learned.
    """
    train = np.random.default_rng(seed).random(interactions.n_baskets) < share
    return _split(interactions, train, "random")


def _split(interactions: Interactions, train: npt.NDArray[np.bool_], by: str) -> Split:
    return Split(interactions.select(train), interactions.select(~train), by)


@dataclass(frozen=True)
class Cases:
    """Questions to a model, in the item indices of the training matrix.

    seen: CSR (cases, items), what the model is shown. relevant: CSR (cases, items), the right
    answers. buyers: (cases,), equal where two cases are of one buyer. people: keys of the buyers
    whose own lists may be used, one a case, or none at all. exclude_seen: whether what was shown
    is left out of the ranking. bought: CSR (cases, items), what the buyer had before, where the
    protocol tells repeated from new purchases.
    """

    seen: sparse.csr_array
    relevant: sparse.csr_array
    buyers: Codes
    people: tuple[str, ...] = ()
    exclude_seen: bool = True
    bought: sparse.csr_array | None = None

    def __len__(self) -> int:
        return int(self.relevant.shape[0])

    @property
    def hidden(self) -> Codes:
        """(cases,), the right answers where there is one a case."""
        return self.relevant.indices.astype(np.int64)


def hide_one_item(split: Split, max_cases: int, seed: int = 0) -> Cases:
    """Basket completion: of each test basket with two known items or more, one is hidden.

    The rest of the basket is shown. Items the training never saw can't be recommended by any
    model and are dropped. At most `max_cases` baskets are drawn.
    """
    known = _in_training_columns(split)
    rng = np.random.default_rng(seed)
    rows = _draw(np.flatnonzero(_sizes(known) >= 2), max_cases, rng)
    relevant = _one_of_each(known[rows], rng)
    return Cases(_without(known[rows], relevant), relevant, split.test.buyers[rows])


def leave_one_out(split: Split, max_cases: int, seed: int = 0) -> Cases:
    """One item of a buyer's last basket, from all that the buyer bought before it.

    The last basket is the newest of the test baskets. The item is one that the buyer had in no
    other basket, so what was bought before is shown and left out of the ranking. Buyers whose
    last basket has no such known item, or who have no other basket, are not asked about. The
    earlier test baskets of the buyer are shown; nothing is learned from them.
    """
    known, buyers = _in_training_columns(split), split.test.buyers
    newest = np.append(True, buyers[1:] != buyers[:-1])[: len(buyers)]
    rows = np.flatnonzero(newest & _identified(split))
    asked = buyers[rows]
    before = _binary(
        _by_buyer(split.train.baskets, split.train.buyers, asked)
        + _by_buyer(known[~newest], buyers[~newest], asked)
    )
    fresh = _without(known[rows], before)
    rng = np.random.default_rng(seed)
    chosen = _draw(np.flatnonzero((_sizes(fresh) > 0) & (_sizes(before) > 0)), max_cases, rng)
    return Cases(
        seen=before[chosen],
        relevant=_one_of_each(fresh[chosen], rng),
        buyers=asked[chosen],
        people=_people(split, asked[chosen]),
    )


def next_baskets(split: Split, max_cases: int, seed: int = 0) -> Cases:
    """All known items of a buyer's first test basket, from the buyer's training baskets.

    Nothing is left out of the ranking: most of a next basket was bought before. Seeds of item
    lists are the items of the `RECENT_BASKETS` newest training baskets.
    """
    known, buyers = _in_training_columns(split), split.test.buyers
    oldest = np.append(buyers[1:] != buyers[:-1], True)[: len(buyers)]
    rows = np.flatnonzero(oldest & _identified(split) & np.isin(buyers, split.train.buyers))
    rows = rows[_sizes(known[rows]) > 0]
    rows = _draw(rows, max_cases, np.random.default_rng(seed))
    asked, train = buyers[rows], split.train
    age = np.arange(train.n_baskets) - np.searchsorted(train.buyers, train.buyers)
    recent = age < RECENT_BASKETS
    return Cases(
        seen=_binary(_by_buyer(train.baskets[recent], train.buyers[recent], asked)),
        relevant=known[rows],
        buyers=asked,
        people=_people(split, asked),
        exclude_seen=False,
        bought=_binary(_by_buyer(train.baskets, train.buyers, asked)),
    )


def _in_training_columns(split: Split) -> sparse.csr_array:
    column = {key: i for i, key in enumerate(split.train.items)}
    kept = [i for i, key in enumerate(split.test.items) if key in column]
    rename = sparse.csr_array(
        (np.ones(len(kept), np.float32), (kept, [column[split.test.items[i]] for i in kept])),
        shape=(split.test.n_items, split.train.n_items),
    )
    return sparse.csr_array(split.test.baskets @ rename)


def _sizes(baskets: sparse.csr_array) -> npt.NDArray[np.int64]:
    return np.diff(baskets.indptr).astype(np.int64)


def _identified(split: Split) -> npt.NDArray[np.bool_]:
    return split.test.buyers < len(split.test.known_buyers)


def _people(split: Split, buyers: Codes) -> tuple[str, ...]:
    return tuple(split.test.known_buyers[code] for code in buyers)


def _draw(eligible: Codes, size: int, rng: np.random.Generator) -> Codes:
    return np.sort(rng.permutation(eligible)[:size])


def _one_of_each(baskets: sparse.csr_array, rng: np.random.Generator) -> sparse.csr_array:
    """One item of every basket; none of them is empty."""
    sizes = _sizes(baskets)
    position = baskets.indptr[:-1] + (rng.random(len(sizes)) * sizes).astype(np.int64)
    rows = np.arange(len(sizes))
    ones = np.ones(len(sizes), dtype=np.float32)
    return sparse.csr_array((ones, (rows, baskets.indices[position])), shape=baskets.shape)


def _without(baskets: sparse.csr_array, others: sparse.csr_array) -> sparse.csr_array:
    """What is in the baskets and not in the others, both binary."""
    rest = sparse.csr_array(baskets - baskets.multiply(others))
    rest.eliminate_zeros()
    return rest


def _by_buyer(baskets: sparse.csr_array, buyers: Codes, asked: Codes) -> sparse.csr_array:
    """How many of the baskets of each asked buyer hold an item. `asked` is ascending, unique."""
    found = np.flatnonzero(np.isin(buyers, asked))
    rows = np.searchsorted(asked, buyers[found])
    ones = np.ones(len(found), dtype=np.float32)
    members = sparse.csr_array((ones, (rows, found)), shape=(len(asked), len(buyers)))
    return sparse.csr_array(members @ baskets)


def _binary(counts: sparse.csr_array) -> sparse.csr_array:
    counts = sparse.csr_array(counts)
    counts.data[:] = 1
    return counts
