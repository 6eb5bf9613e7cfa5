import pytest

from recommendations.engine.base import Entry, Publication
from recommendations.engine.popularity import Popularity
from recommendations.exceptions import InvalidArgument
from recommendations.stores.base import ProductDoc
from tests.engine.baskets import interactions


def test_scores_are_shares_of_the_weighted_orders():
    # weights 1/2, 1, 1: a is in the first two of 2.5
    X = interactions("a b", "a", "c", buyers=["x", "y", "z"], days=[0, 90, 90])
    (ranked,) = Popularity(half_life_days=90).fit(X).ranked(Publication())
    assert ranked.entries == [
        Entry("a", pytest.approx(0.6), 0),
        Entry("c", pytest.approx(0.4), 0),
        Entry("b", pytest.approx(0.2), 0),
    ]


def test_equally_popular_products_come_by_key():
    (ranked,) = Popularity().fit(interactions("b", "a")).ranked(Publication())
    assert [entry.key for entry in ranked.entries] == ["a", "b"]


def test_a_category_has_the_list_of_what_is_in_it_and_below_it():
    X = interactions("tea jam", "tea", "soap")
    documents = [
        ProductDoc("tea", "Tea", category_keys=("food", "drinks")),
        ProductDoc("jam", "Jam", category_keys=("food",)),
        ProductDoc("cup", "Never bought", category_keys=("food",)),
    ]
    model = Popularity(half_life_days=None, by_category=True).fit(X, documents)
    assert {r.seed: [(e.key, e.score) for e in r.entries] for r in model.ranked(Publication())} == {
        "": [("tea", 2 / 3), ("jam", 1 / 3), ("soap", 1 / 3)],
        "food": [("tea", 2 / 3), ("jam", 1 / 3)],
        "drinks": [("tea", 2 / 3)],
    }


def test_a_half_life_of_no_days_is_refused():
    with pytest.raises(InvalidArgument, match="half_life_days 0: legal are numbers in"):
        Popularity(half_life_days=0).fit(interactions("a b"))
