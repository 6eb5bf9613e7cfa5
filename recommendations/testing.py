"""Contracts for what a host brings along. Subclass one in your own suite, three lines each:

class TestMyStore(StoreContract):
    def make_store(self, world):   # put `world` into your tables
        return MyStore()
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest import SkipTest

import numpy as np

from recommendations.engine.base import Document, ListKind, Publication, Ranked, Recommender
from recommendations.engine.interactions import read_interactions
from recommendations.exceptions import InvalidArgument, NotFitted
from recommendations.stores.base import Actor, NewProducts, ProductDoc, Scope, Store


@dataclass(frozen=True)
class WorldProduct:
    """`stock` is 0 for what is not available. A store may leave out what it does not know of
    price, stock and attributes: its `offer_facts` say so."""

    key: str
    title: str
    stock: int = 5
    categories: tuple[str, ...] = ()
    price: str = "10.00"
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def available(self) -> bool:
        return self.stock > 0


@dataclass(frozen=True)
class WorldOrder:
    """`counts` is False for an order that was cancelled."""

    key: str
    products: tuple[str, ...]
    buyer: str | None
    ordered_at: datetime
    counts: bool = True


@dataclass(frozen=True)
class World:
    """What `make_store` has to put into the store's tables."""

    products: tuple[WorldProduct, ...]
    orders: tuple[WorldOrder, ...]


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WORLD = World(
    products=(
        WorldProduct(
            "tea", "Green tea", 7, ("Drinks", "Tea"), price="4.50", attributes={"age": "3"}
        ),
        WorldProduct("cup", "Cup"),
        WorldProduct("Cup", "Another cup, whose key differs in case only"),
        WorldProduct("gone", "Sold out", stock=0),
    ),
    orders=(
        WorldOrder("1", ("tea", "cup"), "ann", NOON),
        WorldOrder("2", ("tea", "Cup"), "ann", NOON + timedelta(days=1)),
        WorldOrder("3", ("tea", "cup", "gone"), "ben", NOON + timedelta(days=2)),
        WorldOrder("4", ("cup", "gone"), "ben", NOON + timedelta(days=3), counts=False),
    ),
)


#: Keys that no store has, of kinds that some databases can't compare with theirs.
UNKNOWN = ("never", "", "0", "-1", "9" * 30, "x" * 300, "00000000-0000-0000-0000-000000000000")


class StoreContract:
    """What every adapter has to do right. The store may give products keys of its own."""

    scope = Scope()

    @abstractmethod
    def make_store(self, world: World) -> Store:
        """The adapter under test, over tables that hold this world and nothing else."""

    def keys_in(self, store: Store) -> dict[str, str]:
        """Key in the world → key in the store, told by the titles."""
        keys = {product.title: product.key for product in WORLD.products}
        return {keys[doc.title]: doc.key for doc in store.products(self.scope)}

    def test_lines_of_all_orders_that_count(self) -> None:
        store = self.make_store(WORLD)
        known_as = {key: name for name, key in self.keys_in(store).items()}
        baskets: dict[str, set[str]] = {}
        for line in store.order_lines(self.scope):
            baskets.setdefault(line.order, set()).add(known_as[line.product])
        expected = [{"tea", "cup"}, {"tea", "Cup"}, {"tea", "cup", "gone"}]
        assert sorted(map(sorted, baskets.values())) == sorted(map(sorted, expected))

    def test_orders_of_one_buyer_share_a_buyer_and_others_do_not(self) -> None:
        buyers: dict[str, set[Any]] = {}
        for line in self.make_store(WORLD).order_lines(self.scope):
            buyers.setdefault(line.order, set()).add(line.buyer)
        assert all(len(of_one_order) == 1 for of_one_order in buyers.values())
        assert sorted(_sizes([buyer for (buyer,) in buyers.values()])) == [1, 2]

    def test_lines_carry_the_time_of_the_order(self) -> None:
        times = {line.ordered_at for line in self.make_store(WORLD).order_lines(self.scope)}
        assert times == {NOON, NOON + timedelta(days=1), NOON + timedelta(days=2)}

    def test_the_count_of_lines_is_near_enough_for_a_progress_bar(self) -> None:
        store = self.make_store(WORLD)
        assert 7 <= store.count_order_lines(self.scope) <= 9

    def test_the_last_change_is_known(self) -> None:
        assert self.make_store(WORLD).orders_changed_at(self.scope) is not None

    def test_orders_that_changed_come_as_they_stand_now(self) -> None:
        store = self.make_store(WORLD)
        changed = list(store.changed_orders(self.scope, NOON - timedelta(days=1)))
        assert len({one.order for one in changed}) == len(changed) == len(WORLD.orders)
        lines = [line for one in changed for line in one.lines]
        assert sorted(lines, key=repr) == sorted(store.order_lines(self.scope), key=repr)
        assert all(line.order == one.order for one in changed for line in one.lines)
        assert [len(one.lines) for one in changed].count(0) == 1  # the one that was cancelled

    def test_nothing_has_changed_in_the_future(self) -> None:
        store = self.make_store(WORLD)
        assert list(store.changed_orders(self.scope, NOON + timedelta(days=36_500))) == []

    def test_a_store_without_orders_says_so(self) -> None:
        store = self.make_store(World(products=(), orders=()))
        assert list(store.order_lines(self.scope)) == []
        assert store.count_order_lines(self.scope) == 0
        assert store.orders_changed_at(self.scope) is None
        assert list(store.changed_orders(self.scope, NOON)) == []
        assert list(store.products(self.scope)) == []

    def test_every_product_is_described(self) -> None:
        docs = list(self.make_store(WORLD).products(self.scope))
        assert sorted(doc.title for doc in docs) == sorted(p.title for p in WORLD.products)
        assert len({doc.key for doc in docs}) == len(WORLD.products)

    def test_returns_are_the_orders_that_were_taken_back(self) -> None:
        docs = self.make_store(WORLD).products(self.scope)
        returns = {doc.title: doc.returns for doc in docs if doc.returns}
        if not returns:
            raise SkipTest("this store counts no returns")
        assert returns == {"Cup": 1, "Sold out": 1}

    def test_categories_are_named_with_those_above_them(self) -> None:
        store = self.make_store(WORLD)
        names = store.categories(self.scope)
        if not names:
            raise SkipTest("this store names no categories")
        key = self.keys_in(store)["tea"]
        (tea,) = [doc for doc in store.products(self.scope) if doc.key == key]
        offer = store.offers([key], Actor(), self.scope)[key]
        assert [names[category] for category in tea.category_keys] == ["Drinks", "Drinks > Tea"]
        assert offer.category_keys == tea.category_keys
        assert offer.category in ("", "Tea")  # where the store reads it along
        assert tea.categories == ("Drinks", "Tea")

    def test_purchases_are_those_of_the_person_newest_first(self) -> None:
        store = self.make_store(WORLD)
        known_as = {key: name for name, key in self.keys_in(store).items()}
        orders: dict[str | None, set[str]] = {}
        for line in store.order_lines(self.scope):
            orders.setdefault(line.buyer, set()).add(line.order)
        (ann,) = [Actor(person=buyer) for buyer, own in orders.items() if len(own) == 2]
        found = store.purchases(ann, 10, self.scope)
        newest = [{known_as[p.product] for p in half} for half in (found[:2], found[2:])]
        assert newest == [{"tea", "Cup"}, {"tea", "cup"}]
        assert [p.ordered_at for p in found[::2]] == [NOON + timedelta(days=1), NOON]
        assert len({p.order for p in found}) == 2
        assert list(store.purchases(ann, 1, self.scope)) == [found[0]]

    def test_nobody_known_has_no_purchases(self) -> None:
        assert list(self.make_store(WORLD).purchases(Actor(), 10, self.scope)) == []

    def test_keys_of_products_are_canonical_and_unknown_ones_are_left_out(self) -> None:
        store = self.make_store(WORLD)
        keys = self.keys_in(store)
        found = store.canonical_keys([keys["tea"], keys["Cup"], *UNKNOWN], self.scope)
        assert dict(found) == {keys["tea"]: keys["tea"], keys["Cup"]: keys["Cup"]}

    def test_offers_say_what_is_for_sale(self) -> None:
        store = self.make_store(WORLD)
        keys = self.keys_in(store)
        asked = [keys["tea"], keys["Cup"], keys["gone"], *UNKNOWN]
        offers = store.offers(asked, Actor(), self.scope)
        assert {key: offer.available for key, offer in offers.items()} == {
            keys["tea"]: True,
            keys["Cup"]: True,
            keys["gone"]: False,
        }
        assert offers[keys["tea"]].title == "Green tea"

    def test_offers_have_the_facts_that_the_store_says_they_have(self) -> None:
        store = self.make_store(WORLD)
        facts, key = store.offer_facts(self.scope), self.keys_in(store)["tea"]
        offer = store.offers([key], Actor(), self.scope)[key]
        assert offer.price == (Decimal("4.50") if facts.price else None)
        assert offer.currency in (facts.currencies or ("",))
        assert offer.stock == (7 if facts.stock else None)

    def test_offers_have_the_attributes_that_were_asked_for(self) -> None:
        store = self.make_store(WORLD)
        key, names = self.keys_in(store)["tea"], store.offer_facts(self.scope).attributes

        def attributes(*asked: str) -> dict[str, str]:
            return dict(store.offers([key], Actor(), self.scope, asked)[key].attributes)

        assert attributes() == attributes("no such attribute") == {}
        if names is None or "age" in names:
            assert attributes("age", "no such attribute") == {"age": "3"}
        else:
            assert attributes("age") == {}

    def test_new_products_are_some_of_all_and_all_that_is_for_sale(self) -> None:
        store = self.make_store(WORLD)
        if not isinstance(store, NewProducts):
            raise SkipTest("this store does not say what is new")
        keys = set(self.keys_in(store).values())
        found = list(store.new_products(100, self.scope))
        if not found:
            raise SkipTest("this store can't tell what is new")
        offers = store.offers(keys, Actor(), self.scope)
        assert len(found) == len(set(found))
        assert {key for key, offer in offers.items() if offer.available} <= set(found) <= keys
        assert list(store.new_products(1, self.scope)) == found[:1]


def _sizes(values: Sequence[Any]) -> list[int]:
    return [values.count(value) for value in set(values)]


COLOURS = ("red", "green", "blue")
SHAPES = ("cup", "bowl", "plate", "jug")
#: Of the baskets, in turn, so that all of them come back.
BUYERS = 20


class RecommenderContract:
    """What every model has to do right, whatever it learns."""

    @abstractmethod
    def make_model(self) -> Recommender:
        """The model under test, unfitted, seeded where it draws numbers."""

    def documents(self, products: Sequence[str]) -> Sequence[Document]:
        """What the model is told of these products besides who bought them."""
        return [
            ProductDoc(
                key,
                title=f"{COLOURS[i % 3]} {SHAPES[i % 4]}",
                description=f"A {COLOURS[i % 2]} thing, shaped as a {SHAPES[i % 4]}",
                categories=(SHAPES[i % 2],),
                attributes={"colour": COLOURS[i % 3]},
                price=i or None,
            )
            for i, key in enumerate(products)
        ]

    def fit_ranked(
        self, baskets: Sequence[Sequence[str]], publication: Publication | None = None
    ) -> list[Ranked]:
        lines = [
            (str(order), product, f"buyer {order % BUYERS}", NOON + timedelta(days=order))
            for order, basket in enumerate(baskets)
            for product in basket
        ]
        products = sorted({product for basket in baskets for product in basket})
        model = self.make_model().fit(read_interactions(lines), self.documents(products))
        return list(model.ranked(publication or Publication()))

    def test_fitting_returns_the_model(self) -> None:
        model = self.make_model()
        assert model.fit(read_interactions([])) is model

    def test_lists_before_fitting_are_refused(self) -> None:
        try:
            list(self.make_model().ranked(Publication()))
        except NotFitted as error:
            assert type(self.make_model()).__name__ in str(error)
        else:
            raise AssertionError("an unfitted model gave lists")

    def test_a_parameter_that_is_not_a_number_is_refused_by_name(self) -> None:
        X = read_interactions([("1", "a", "ann", NOON), ("1", "b", "ann", NOON)])
        for name, value in self.make_model().get_params().items():
            if isinstance(value, float):
                try:
                    self.make_model().set_params(**{name: float("nan")}).fit(X)
                except InvalidArgument as error:
                    assert name in str(error)
                else:
                    raise AssertionError(f"{name}: NaN was taken for a number")

    def test_nothing_is_learnt_from_nothing(self) -> None:
        assert self.fit_ranked([]) == []

    def test_one_basket_and_one_item(self) -> None:
        assert [r for r in self.fit_ranked([["a"]]) if r.kind == ListKind.ITEM] == []
        for ranked in self.fit_ranked([["a", "b"]]):
            _check_list(ranked)

    def test_a_product_twice_in_a_basket_counts_once(self) -> None:
        once = self.fit_ranked([["a", "b"], ["b", "c"], ["a", "b"]])
        assert self.fit_ranked([["a", "b", "a"], ["b", "c", "b"], ["a", "b"]]) == once

    def test_the_same_baskets_give_the_same_lists(self) -> None:
        baskets = _random_baskets(seed=4)
        assert self.fit_ranked(baskets) == self.fit_ranked(baskets)

    def test_lists_are_sorted_finite_and_never_hold_their_seed(self) -> None:
        lists = self.fit_ranked(_random_baskets(seed=5))
        assert lists
        for ranked in lists:
            _check_list(ranked)

    def test_lists_are_no_longer_than_asked_and_their_heads_agree(self) -> None:
        baskets = _random_baskets(seed=6)
        long = {(r.kind, r.seed): r for r in self.fit_ranked(baskets, Publication(k=1000))}
        short = self.fit_ranked(baskets, Publication(k=3))
        assert short
        for ranked in short:
            assert ranked.entries == long[ranked.kind, ranked.seed].entries[:3]

    def test_the_order_of_the_lines_does_not_matter(self) -> None:
        baskets = _random_baskets(seed=7)
        expected = {(r.kind, r.seed): r.entries for r in self.fit_ranked(baskets)}
        reversed_items = [list(reversed(basket)) for basket in baskets]
        assert {(r.kind, r.seed): r.entries for r in self.fit_ranked(reversed_items)} == expected

    def test_products_that_nobody_bought_are_in_no_orders(self) -> None:
        documents = self.documents(["new 1", "new 2", "new 3", "new 4"])
        for ranked in self.make_model().fit(read_interactions([]), documents).ranked(Publication()):
            _check_list(ranked)
            assert ranked.orders == 0
            assert set(ranked.pair_orders) == {0}

    def test_unknown_buyers_have_no_lists_of_their_own(self) -> None:
        lines = [("1", "a", None, None), ("1", "b", None, None), ("2", "a", None, None)]
        lists = self.make_model().fit(read_interactions(lines)).ranked(Publication())
        assert [ranked for ranked in lists if ranked.kind == ListKind.USER] == []


def _check_list(ranked: Ranked) -> None:
    keys, scores = ranked.keys, ranked.scores
    assert len(keys) == len(set(keys)) > 0
    assert ranked.seed not in keys or ranked.kind != ListKind.ITEM
    assert np.isfinite(scores).all()
    assert scores == sorted(scores, reverse=True)


def _random_baskets(seed: int, baskets: int = 200, items: int = 12) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    popular = 1 / np.arange(1, items + 1)
    return [
        [
            f"item {i}"
            for i in rng.choice(items, rng.integers(1, 5), replace=False, p=popular / popular.sum())
        ]
        for _ in range(baskets)
    ]
