import pytest

from recommendations.engine.base import Entry, Publication
from recommendations.engine.popularity import Popularity
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
