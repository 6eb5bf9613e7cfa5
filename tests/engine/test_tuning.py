"""The search finds what an exhaustive look at the same questions finds."""

import numpy as np
from scipy.sparse import csr_array

from recommendations.engine import tuning
from recommendations.engine.hybrid import Hybrid
from recommendations.engine.splits import Cases
from recommendations.engine.tuning import EaseParameters, tune_ease
from tests.engine.baskets import interactions


def noisy(seed: int = 0, count: int = 1500):
    """Pairs that go together, in baskets with a lot of chance."""
    rng = np.random.default_rng(seed)
    baskets = []
    for _ in range(count):
        pair = rng.integers(20)
        others = rng.integers(0, 40, rng.integers(1, 6))
        baskets.append(" ".join({f"p{pair}", f"q{pair}", *(f"n{o}" for o in others)}))
    return interactions(*baskets, days=list(np.linspace(0, 300, count)))


def test_too_few_orders_leave_the_defaults():
    assert tune_ease(interactions(*["a b"] * 50)) == EaseParameters()


def test_no_neighbour_of_the_parameters_is_better():
    X = noisy()
    found = tune_ease(X)
    split = tuning.split_by_time(X, tuning.TRAIN_SHARE)
    quality = tuning._Quality(split.train, tuning.hide_one_item(split, tuning.MAX_CASES))
    best = quality(found)
    for factor in (3, 1 / 3):
        step = EaseParameters(
            found.regularization * factor, found.basket_size_exponent, found.half_life_days
        )
        assert quality(step) <= best or found.half_life_days != 90
    assert best >= quality(EaseParameters())


def test_ranks_are_those_of_the_scores_ties_at_their_mean(monkeypatch):
    # b and c are asked for with a in the basket; e is not among the modelled items
    S = np.array([[0, 2, 1, 2], [0, 0, 0, 0], [0, 0, 0, 5], [0, 0, 0, 0]], dtype=np.float32)
    monkeypatch.setattr(tuning, "MAX_ITEMS", 4)
    quality = tuning._Quality(
        interactions("a b c d", "a b c d e"),
        Cases(
            seen=csr_array([[1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 0, 0, 0]]),
            relevant=csr_array(np.eye(5)[[1, 2, 1, 4]]),
            buyers=np.arange(4),
        ),
    )
    # of b 2, c 1, d 2; the same; with c in the basket of b 2, d 7
    assert quality._ranks(S).tolist() == [1.5, 3, 2, np.inf]


def test_it_is_the_same_every_time():
    X = noisy(1)
    assert tune_ease(X) == tune_ease(X)


def test_the_hybrid_takes_what_is_found_and_keeps_the_rest():
    X = noisy()
    model = Hybrid(shrinkage=7)
    tuned = model.tuned(X)
    found = tune_ease(X)
    assert tuned.regularization == found.regularization
    assert (tuned.shrinkage, model.regularization) == (7, 10.0)
