"""After any changes the ledger counts what a reading of all orders counts."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.engine.artifacts import checksum, pack, unpack
from recommendations.engine.base import ListKind, Publication, Ranked
from recommendations.engine.graph import RP3beta
from recommendations.engine.interactions import Interactions, codes_of, read_interactions
from recommendations.engine.item_knn import ItemKNN
from recommendations.engine.ledger import Changes, Ledger
from recommendations.engine.popularity import Popularity
from recommendations.engine.ranking import with_added, with_evidence
from tests.engine.baskets import DAY_0, interactions

MOST = 4
SEVERAL = Publication(k=50, min_orders=2, min_buyers=2)

#: Order → (products, buyer, day); no products where it is taken back.
contents = st.tuples(
    st.lists(st.sampled_from("abcdef"), max_size=6),
    st.sampled_from(["ann", "ben", None]),
    st.sampled_from([0, 1.5, 40, None]),
)
changes = st.dictionaries(st.sampled_from([str(n) for n in range(9)]), contents, max_size=6)
first = st.dictionaries(st.sampled_from("012345"), contents, min_size=1)


def coder(keys):
    return codes_of(keys, secret=b"secret")


def lines_of(order, content):
    products, buyer, day = content
    at = None if day is None else DAY_0 + timedelta(days=day)
    return [(order, product, buyer, at) for product in products]


def read(orders) -> Interactions:
    """Of the same orders as one reading of the store."""
    lines = (line for order, content in orders.items() for line in lines_of(order, content))
    return read_interactions(lines, MOST)


def news(orders) -> Ledger:
    return Ledger.read(((key, lines_of(key, one)) for key, one in orders.items()), coder, MOST)


def facts(X: Interactions):
    """Order → its products and day; and which orders are of one buyer, the newest first."""
    of_buyer: dict[int, list[int]] = {}
    for row, buyer in enumerate(X.buyers.tolist()):
        of_buyer.setdefault(buyer, []).append(row)
    assert np.all(np.diff(X.buyers) >= 0)
    days = np.nan_to_num(X.days, nan=-np.inf).tolist()
    baskets = {
        int(X.orders[row]): (days[row], [X.items[j] for j in X.baskets[[row]].indices])
        for row in range(X.n_baskets)
    }
    for rows in of_buyer.values():
        assert [days[row] for row in rows] == sorted((days[row] for row in rows), reverse=True)
    return baskets, {frozenset(X.orders[rows].tolist()) for rows in of_buyer.values()}, X.items


@given(first, st.lists(changes, max_size=4))
@settings(max_examples=150, deadline=None)
def test_counting_changes_equals_reading_all_again(orders, steps):
    ledger = Ledger.of(read(orders), coder)
    for step in steps:
        ledger = ledger.updated(news(step))
        orders = orders | step
    assert facts(ledger.interactions(None)) == facts(read(orders))


MODELS = [
    ItemKNN(popularity_exponent=0, half_life_days=None),
    ItemKNN(popularity_exponent=0, half_life_days=None, once_a_buyer=True),
    ItemKNN(similarity="count", basket_size_exponent=0, half_life_days=None),
    RP3beta(beta=0),
]


@pytest.mark.parametrize("model", MODELS, ids=["snc", "once a buyer", "count", "rp3beta"])
@given(first, changes)
@settings(max_examples=60, deadline=None)
def test_lists_of_the_touched_items_and_what_stood_of_the_others_are_those_of_a_new_fit(
    model, orders, step
):
    held = Ledger.of(read(orders), coder)
    lists = by_seed(model.fit(held.interactions(None)).ranked(SEVERAL))
    changes = Changes.find(held.contents(), news(step))

    X = held.updated(changes.ledger).interactions(None)
    seeds = np.array([j for j, key in enumerate(X.items) if key in changes.keys], dtype=np.int64)
    lists = {seed: entries for seed, entries in lists.items() if seed not in changes.keys}
    lists |= by_seed(model.fit(X).ranked(SEVERAL, seeds))
    assert lists == by_seed(model.fit(read(orders | step)).ranked(SEVERAL))


def by_seed(lists):
    return {
        ranked.seed: (
            ranked.orders,
            sorted((e.key, float(f"{e.score:.9g}"), e.pair_orders) for e in ranked.entries),
        )
        for ranked in lists
    }


@pytest.mark.parametrize("similarity", ["snc", "cosine", "llr"])
def test_some_lists_are_those_of_all(similarity):
    X = interactions("a b c", "a b", "b c d", "d e", "a d", "c e")
    model = ItemKNN(similarity=similarity, half_life_days=None).fit(X)
    everything = list(model.ranked(Publication()))
    asked = list(model.ranked(Publication(), np.array([3, 0])))
    assert sorted(asked) == sorted(ranked for ranked in everything if ranked.seed in ("a", "d"))


def test_popularity_has_no_list_of_a_seed():
    X = interactions("a b", "a")
    model = Popularity().fit(X)
    assert list(model.ranked(Publication(), np.array([1]))) == list(model.ranked(Publication()))


class TestChanges:
    def test_an_order_that_comes_twice_counts_once(self):
        ledger = Ledger.of(read({"1": ("ab", "ann", 0)}), coder)
        for _ in range(2):
            ledger = ledger.updated(news({"2": ("ac", "ann", 1)}))
        assert ledger.interactions(None).item_orders().tolist() == [2, 1, 1]

    def test_what_did_not_change_has_the_same_content(self):
        order = {"1": ("ab", "ann", 0), "2": ("b", None, None)}
        assert news(order).contents() == Ledger.of(read(order), coder).contents()

    @pytest.mark.parametrize(
        "other", [("abc", "ann", 0), ("ab", "ben", 0), ("ab", None, 0), ("ab", "ann", 2)]
    )
    def test_any_change_of_an_order_shows(self, other):
        assert news({"1": ("ab", "ann", 0)}).contents() != news({"1": other}).contents()

    def test_an_order_too_large_says_nothing(self):
        (content,) = news({"1": ("abcde", "ann", 0)}).contents().values()
        assert content[2] == frozenset()

    def test_rows_of_an_order_are_those_of_before_and_after(self):
        held = news({"1": ("ab", "ann", 0), "2": ("d", "ben", 0)}).contents()
        changes = Changes.find(held, news({"1": ("ac", "ann", 0), "2": ("d", "ben", 0)}))
        assert changes.before == [frozenset("ab")]
        assert changes.after == [frozenset("ac")]
        assert changes.keys == {"a", "b", "c"}
        assert changes.ledger.orders.tolist() == codes_of(["1"]).tolist()

    def test_an_unknown_order_that_was_taken_back_is_no_change(self):
        assert Changes.find({}, news({"1": ("", None, None)})).keys == set()

    def test_a_product_that_is_in_no_order_any_more_is_gone(self):
        ledger = Ledger.of(read({"1": ("ab", "ann", 0), "2": ("bc", "ann", 0)}), coder)
        X = ledger.updated(news({"1": ("", None, None)})).interactions(None)
        assert (X.items, X.n_baskets) == (("b", "c"), 1)

    def test_more_products_than_two_bytes_number(self):
        keys = [f"{n:05}" for n in range(2**16)]
        ledger = Ledger.of(read_interactions([(key, key, None, None) for key in keys]), coder)
        assert ledger.items.dtype == np.uint16
        X = ledger.updated(news({"new": (["00000", "zz"], None, None)})).interactions(None)
        assert X.items == (*keys, "zz")
        assert X.item_orders().tolist() == [2] + [1] * 2**16


def test_it_is_stored_and_read_whole():
    ledger = Ledger.of(read({"1": ("ab", "ann", 0), "2": ("bé", None, None)}), coder)
    data = pack(ledger.arrays())
    found = Ledger.from_arrays(unpack(data, checksum(data), ledger.arrays()))
    assert found.keys == ledger.keys == ("a", "b", "é")
    assert found.contents() == ledger.contents()


def test_it_does_not_name_a_buyer():
    orders = {"1": ("ab", "ann@example.com", 0)}
    ledger = Ledger.of(read(orders), coder)
    assert b"ann" not in pack(ledger.arrays())
    assert ledger.buyers[0] != codes_of(["ann@example.com"])[0]  # nobody can try out addresses


def test_ages_from_a_landmark_leave_old_scores_as_they_were():
    held = Ledger.of(read({"1": ("ab", "ann", 0), "2": ("ab", "ben", 40)}), coder)
    model = ItemKNN(half_life_days=40, popularity_exponent=0, basket_size_exponent=0, shrinkage=0)
    X = held.updated(news({"3": ("cd", "ann", 80)})).interactions(held.landmark)
    scores = {r.seed: r.entries[0].score for r in model.fit(X).ranked(Publication())}
    # (2^(−40/40) + 1) / 2 orders, as before the new one came, which is worth 2^(40/40) / 1 order
    assert scores == {"a": 0.75, "b": 0.75, "c": 2.0, "d": 2.0}


class TestEvidence:
    lists = [
        ranked
        for ranked in ItemKNN(half_life_days=None)
        .fit(interactions("a b", "a b", "a c", "a c", "b c"))
        .ranked(Publication())
        if ranked.seed == "a"
    ]

    def test_scores_stay_and_orders_are_counted(self):
        (ranked,) = with_evidence(self.lists, interactions("a b", "a c", "a c d"), Publication())
        scores = {entry.key: entry.score for entry in self.lists[0].entries}
        assert ranked.orders == 3
        assert {e.key: (e.score, e.pair_orders) for e in ranked.entries} == {
            "b": (scores["b"], 1),
            "c": (scores["c"], 2),
        }

    def test_new_baskets_are_added_to_what_was_counted(self):
        new = [frozenset("ab"), frozenset("ad"), frozenset("bc")]
        expected = with_evidence(
            self.lists, interactions("a b", "a b", "a c", "a c", "b c", "a b", "a d"), Publication()
        )
        assert with_added(self.lists, new) == expected
        assert (expected[0].orders, sorted(e.pair_orders for e in expected[0].entries)) == (
            6,
            [2, 3],
        )

    def test_a_pair_of_too_few_orders_or_buyers_goes(self):
        X = interactions("a b", "a c", "a c", "a b", buyers=["x", "y", "z", "x"])
        for publication in (Publication(min_orders=3), Publication(min_buyers=2)):
            (ranked,) = with_evidence(self.lists, X, publication)
            kept = [] if publication.min_orders == 3 else ["c"]
            assert [entry.key for entry in ranked.entries] == kept

    def test_what_has_no_orders_as_evidence_stays(self):
        likeness = [self.lists[0].entries[0]._replace(key="new", pair_orders=0)]
        alike = Ranked.of(ListKind.ITEM, "a", 9, likeness)
        (ranked,) = with_evidence([alike], interactions("b c"), Publication())
        assert (ranked.orders, ranked.entries) == (0, likeness)
