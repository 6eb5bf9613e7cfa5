"""What low ratings and returns take from a product, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.base import Entry, ListKind, Ranked
from recommendations.engine.quality import quality, weighed
from recommendations.stores.base import ProductDoc
from tests.engine.baskets import interactions

NO_ORDERS = interactions()


def rated(key, rating, ratings):
    return ProductDoc(key, key, rating=rating, ratings=ratings)


def test_a_low_rating_is_shrunk_to_the_mean_of_all():
    # mean 4; b: (30 · 2 + 10 · 4) / 40 = 2.5, and 2.5 / 4
    documents = [rated("a", 5, 60), rated("b", 2, 30), rated("c", None, 0)]
    assert quality(documents, NO_ORDERS) == {"b": pytest.approx(0.625)}


def test_few_ratings_say_little():
    documents = [rated("a", 5, 100), rated("b", 1, 1), rated("c", 1, 50)]
    found = quality(documents, NO_ORDERS)
    assert found.keys() == {"b", "c"}
    assert found["b"] > 0.9
    assert found["c"] < 0.5


def test_returns_count_against_their_share_of_all():
    # 100 lines of orders, 10 taken back: 0.1; b: (8 + 2) / (20 + 20) = 0.25, 0.75 / 0.9
    X = interactions(*["a b"] * 12, *["a"] * 66)
    documents = [ProductDoc("a", "A", returns=2), ProductDoc("b", "B", returns=8)]
    assert quality(documents, X) == {"b": pytest.approx(0.75 / 0.9)}


def test_both_count_and_the_weight_is_a_power():
    X = interactions(*["a b"] * 12, *["a"] * 66)
    documents = [
        ProductDoc("a", "A", rating=5, ratings=60, returns=2),
        ProductDoc("b", "B", rating=2, ratings=30, returns=8),
    ]
    both = 0.625 * 0.75 / 0.9
    assert quality(documents, X) == {"b": pytest.approx(both)}
    assert quality(documents, X, weight=2) == {"b": pytest.approx(both**2)}
    assert quality(documents, X, weight=0) == {}


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [ProductDoc("a", "A")],
        [rated("a", 3, 10), rated("b", 3, 1)],
        [ProductDoc("a", "A", returns=4)],  # all that was ever ordered came back
    ],
)
def test_what_is_as_good_as_the_average_counts_in_full(documents):
    assert quality(documents, NO_ORDERS) == {}


RATINGS = st.tuples(st.floats(1, 5), st.integers(1, 10_000), st.integers(0, 10_000))


@given(st.lists(RATINGS, min_size=1, max_size=20))
def test_factors_are_between_nothing_and_one(products):
    documents = [
        ProductDoc(str(n), "", rating=rating, ratings=ratings, returns=returns)
        for n, (rating, ratings, returns) in enumerate(products)
    ]
    assert all(0 < factor < 1 for factor in quality(documents, interactions("0 1", "0")).values())


def item(seed, *entries):
    return Ranked.of(ListKind.ITEM, seed, 9, [Entry(*one) for one in entries])


def test_lists_are_in_order_again_and_evidence_stays():
    lists = [item("tea", ("cup", 1.0, 5), ("pot", 0.8, 4), ("jug", 0.1, 3))]
    (found,) = weighed(lists, {"cup": 0.5})
    assert found == item("tea", ("pot", 0.8, 4), ("cup", 0.5, 5), ("jug", 0.1, 3))


def test_what_speaks_against_a_product_stays():
    (found,) = weighed([item("tea", ("cup", 1.0, 5), ("pot", -0.4, 0))], {"cup": 0.5, "pot": 0.5})
    assert found == item("tea", ("cup", 0.5, 5), ("pot", -0.4, 0))


def test_what_is_popular_is_weighed_and_a_buyers_own_list_is_not():
    entries = [Entry("cup", 1.0, 0), Entry("pot", 0.8, 0)]
    popular, own = (Ranked.of(kind, "", 0, entries) for kind in (ListKind.GLOBAL, ListKind.USER))
    first, second = weighed([popular, own], {"cup": 0.5})
    assert [entry.key for entry in first.entries] == ["pot", "cup"]
    assert second is own
