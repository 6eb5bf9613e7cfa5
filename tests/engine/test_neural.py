import warnings

import numpy as np
import pytest

from recommendations.engine.base import Publication
from recommendations.engine.neural import MLP, BasketNetwork, DenoisingAutoencoder
from recommendations.exceptions import InvalidArgument
from tests.engine.baskets import interactions

# Two pairs that always go together, and never with each other.
PAIRS = ["a b"] * 40 + ["c d"] * 40
BOTH = pytest.mark.parametrize("network", [MLP, DenoisingAutoencoder])


def first_of_each(model: BasketNetwork, *baskets: str) -> dict[str, str]:
    lists = model.fit(interactions(*baskets)).ranked(Publication())
    return {ranked.seed: ranked.entries[0].key for ranked in lists}


@BOTH
def test_it_learns_what_goes_together(network):
    model = network(epochs=50, learning_rate=0.01)
    assert first_of_each(model, *PAIRS) == {"a": "b", "b": "a", "c": "d", "d": "c"}


@BOTH
def test_another_seed_gives_other_weights(network):
    X = interactions(*PAIRS)
    first, again, other = (network(epochs=1, seed=seed).fit(X) for seed in (1, 1, 2))
    assert np.array_equal(first.network_.coefs_[0], again.network_.coefs_[0])
    assert not np.array_equal(first.network_.coefs_[0], other.network_.coefs_[0])


@BOTH
def test_training_warns_of_nothing(network):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network(epochs=1).fit(interactions(*PAIRS))


@BOTH
def test_only_the_most_frequent_items_are_modelled(network):
    model = network(epochs=1, max_items=2).fit(interactions("a b", "a b", "a c"))
    assert {ranked.seed for ranked in model.ranked(Publication())} == {"a", "b"}


@BOTH
def test_more_items_than_a_byte_can_count(network):
    baskets = [f"i{i:03} j{i:03}" for i in range(150) for _ in range(4)]
    found = first_of_each(network(epochs=60, learning_rate=0.01, corruption=0.3), *baskets)
    assert np.mean([found.get(f"i{i:03}") == f"j{i:03}" for i in range(150)]) > 0.9


@BOTH
def test_orders_of_one_item_teach_nothing(network):
    model = network(epochs=1).fit(interactions("a", "b", "a"))
    assert model.network_ is None
    assert list(model.ranked(Publication())) == []


@BOTH
def test_the_newest_orders_are_kept_where_there_are_too_many(network):
    X = interactions("a b", "c d", buyers=["x", "y"], days=[0, 1])
    model = network(max_baskets=1)
    model.fit(X)
    assert model._baskets(X).toarray().tolist() == [[0, 0, 1, 1]]


@BOTH
def test_weights_that_are_not_finite_are_refused(network):
    with pytest.raises(InvalidArgument, match=r"learning_rate 1e\+300: .*smaller"):
        network(learning_rate=1e300).fit(interactions(*PAIRS))


@BOTH
@pytest.mark.parametrize("parameter", [{"corruption": 1}, {"epochs": 0}, {"max_items": 1}])
def test_a_number_outside_its_range_is_refused(network, parameter):
    (name,) = parameter
    with pytest.raises(InvalidArgument, match=f"{name} .*: legal are numbers in"):
        network(**parameter).fit(interactions(*PAIRS))
