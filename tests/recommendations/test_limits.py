"""Limits of the settings in the answers."""

from dataclasses import replace

import pytest

from recommendations.models import MerchandisingRule
from recommendations.services import surfaces
from recommendations.services.limits import Limits
from recommendations.services.lists import StoredList
from recommendations.services.merging import Ranking
from recommendations.services.serving import frequently_bought_with
from recommendations.services.training import train, train_all
from recommendations.stores.base import Offer, ProductDoc
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db

CATALOGUE = {
    "tea": ("Green tea", ("food", "tea"), 4.0),
    "oolong": ("Oolong", ("food", "tea"), 9.0),
    "mug": ("Blue mug", ("kitchen", "cups"), 8.0),
    "cup": ("White cup", ("kitchen", "cups"), 8.01),
    "glass": ("Tall glass", ("kitchen", "cups"), 3.0),
    "jam": ("Plum jam", ("food", "jam"), 5.0),
    "milk": ("Milk", ("food", "dairy"), 1.0),
    "gift": ("Gift card", (), None),
}


LIMITS = {
    "MAX_PER_CATEGORY": 1,
    "MAX_PER_ATTRIBUTE": {"brand": 1},
    "MAX_PRICE_RATIO": 2,
    "MIN_PRICE_RATIO": 0.1,
    "DIVERSITY": 0.5,
}


@pytest.fixture
def shop(store):
    """With tea go mug, cup, glass and jam, in this order; milk and the gift card are popular."""
    add_orders(store, *["tea mug"] * 5, *["tea cup"] * 4, *["tea glass"] * 3, *["tea jam"] * 2)
    add_orders(store, *["milk"] * 6, *["gift"] * 5, "oolong")
    for key, (title, path, price) in CATALOGUE.items():
        store.docs[key] = ProductDoc(key, title, categories=path, category_keys=path, price=price)
    train_all()
    return store


def keys(*basket: str, first: int = 4) -> list[str]:
    return [one.key for one in frequently_bought_with([basket], first)[0].items]


def test_without_limits_the_best_come_first(shop):
    assert keys("tea") == ["mug", "cup", "glass", "jam"]


class TestMaxPerCategory:
    @pytest.fixture(autouse=True)
    def one_of_a_category(self, shop, settings):
        configure(settings, MAX_PER_CATEGORY=1)

    def test_the_best_of_each_category_and_then_what_fills_up(self):
        assert keys("tea") == ["mug", "jam", "oolong", "milk"]

    def test_what_was_held_back_comes_last_rather_than_nothing(self, shop):
        assert keys("tea", first=9) == ["mug", "jam", "oolong", "milk", "gift", "cup", "glass"]
        shop.unavailable = {"oolong", "milk", "gift"}
        assert keys("tea") == ["mug", "jam", "cup", "glass"]

    def test_no_category_is_no_limit(self, shop):
        shop.docs["mug"] = ProductDoc("mug", "Mug")
        shop.docs["cup"] = ProductDoc("cup", "Cup")
        assert keys("tea", first=3) == ["mug", "cup", "glass"]

    def test_pinned_products_are_shown_and_count(self):
        for key in ("glass", "cup"):
            MerchandisingRule.objects.create(name="Ours", effect="pin", value=key)
        assert keys("tea") == ["glass", "cup", "jam", "oolong"]

    def test_where_likeness_is_asked_for_there_is_none(self, shop, settings):
        limited = [one.key for one in surfaces.similar_products([["mug"]], 3)[0].items]
        in_category = [one.key for one in surfaces.trending(3, category="cups").items]
        configure(settings)
        assert limited == [one.key for one in surfaces.similar_products([["mug"]], 3)[0].items]
        assert set(in_category) == {"mug", "cup", "glass"}

    def test_trending_at_all_has_it(self):
        found = [one.key for one in surfaces.trending(9).items]
        assert len([key for key in found[:5] if CATALOGUE[key][1][-1:] == ("cups",)]) == 1


class TestMaxPerAttribute:
    @pytest.fixture(autouse=True)
    def brands(self, shop):
        for key, brand in (("mug", "A"), ("cup", "B"), ("glass", "A"), ("jam", "A"), ("milk", "B")):
            shop.docs[key] = replace(shop.docs[key], attributes={"brand": brand, "colour": "red"})

    def test_the_best_of_each_brand_and_what_has_none(self, settings):
        configure(settings, MAX_PER_ATTRIBUTE={"brand": 1})
        assert keys("tea") == ["mug", "cup", "oolong", "gift"]
        assert keys("tea", first=7)[4:] == ["glass", "jam", "milk"]

    def test_two_of_each(self, settings):
        configure(settings, MAX_PER_ATTRIBUTE={"brand": 2})
        assert keys("tea") == ["mug", "cup", "glass", "oolong"]

    def test_a_product_stays_within_all_its_limits(self, settings):
        configure(settings, MAX_PER_ATTRIBUTE={"brand": 1, "colour": 1})
        assert keys("tea") == ["mug", "oolong", "gift", "cup"]
        configure(settings, MAX_PER_ATTRIBUTE={"brand": 1}, MAX_PER_CATEGORY=1)
        assert keys("tea") == ["mug", "oolong", "milk", "gift"]

    def test_a_rule_for_another_attribute_is_kept_beside_it(self, shop, settings):
        configure(settings, MAX_PER_ATTRIBUTE={"brand": 1})
        shop.docs["cup"] = replace(shop.docs["cup"], attributes={"brand": "B", "colour": "blue"})
        MerchandisingRule.objects.create(
            name="No red", effect="exclude", target="attribute", attribute="colour", value="red"
        )
        assert keys("tea") == ["cup", "oolong", "gift"]


class TestMarginWeight:
    """Scores of mug, cup, glass and jam fall as 5 : 4 : 3 : 2 orders, those of one model."""

    def test_what_earns_more_passes_what_earns_less(self, shop, settings):
        configure(settings, MARGIN_WEIGHT=1)
        shop.margins = {"mug": 0.001, "cup": 0.5, "glass": 0.002, "jam": 0.4}
        assert keys("tea") == ["cup", "jam", "glass", "mug"]

    def test_what_is_not_known_counts_as_the_mean(self, shop, settings):
        configure(settings, MARGIN_WEIGHT=1)
        shop.margins = {"mug": 0.0, "cup": 0.9}  # the others 0.45
        assert keys("tea") == ["cup", "glass", "jam", "mug"]

    def test_no_margin_at_all_and_no_weight_change_nothing(self, shop, settings):
        configure(settings, MARGIN_WEIGHT=1)
        assert keys("tea") == ["mug", "cup", "glass", "jam"]
        configure(settings)
        shop.margins = {"jam": 0.9}
        assert keys("tea") == ["mug", "cup", "glass", "jam"]

    def test_a_pin_stays_first_and_a_filling_last(self, shop, settings):
        MerchandisingRule.objects.create(name="Ours", effect="pin", value="mug")
        configure(settings, MARGIN_WEIGHT=1)
        shop.margins = {"mug": 0.001, "milk": 1.0, "jam": 0.1, "cup": 0.1, "glass": 0.1}
        assert keys("tea", first=5) == ["mug", "cup", "glass", "jam", "oolong"]


def test_what_is_nearly_sold_out_steps_back(shop, settings):
    configure(settings, STOCK_WEIGHT=1)
    shop.stock = {"mug": 0, "cup": 1_000_000, "glass": 1, "jam": 1_000_000}
    assert keys("tea") == ["cup", "jam", "glass", "mug"]
    configure(settings, STOCK_WEIGHT=0.001)
    shop.stock["mug"] = 1
    assert keys("tea") == ["mug", "cup", "glass", "jam"]


def test_weights_by_hand():
    """a 4 × 0.25 ^ ½ = 2, b 3 × 0.81 ^ ½ = 2.7, c 2 × the mean 0.53 ^ ½ ≈ 1.456."""
    ranking = Ranking({"s": StoredList(9, ["a", "b", "c"], [4.0, 3.0, 2.0], [1, 1, 1])}, {"s": 1.0})
    margins = {"a": 0.25, "b": 0.81, "c": None}
    offers = {key: Offer(key, key, available=True, margin=one) for key, one in margins.items()}
    limits = Limits(margin_weight=0.5)
    factors = dict.fromkeys("abc", 1.0)
    assert limits.choose(factors, 3, ranking, [], [], offers) == (["b", "a", "c"], [])
    # a rule that boosts c by 2: 2.91 passes b
    assert limits.choose(factors | {"c": 2.0}, 1, ranking, [], [], offers) == (["c"], [])


def test_a_weight_of_stock_by_hand():
    """log 1 = 0 and log 10: a has nothing left of its score, b 3 × log 10."""
    ranking = Ranking({"s": StoredList(9, ["a", "b"], [4.0, 3.0], [1, 1])}, {"s": 1.0})
    stocks = {"a": 0, "b": 9}
    offers = {key: Offer(key, key, available=True, stock=one) for key, one in stocks.items()}
    limits = Limits(stock_weight=1.0)
    assert limits.choose(dict.fromkeys("ab", 1.0), 2, ranking, [], [], offers) == (["b", "a"], [])


class TestMaxPriceRatio:
    def test_what_is_far_dearer_than_the_basket_comes_last(self, shop, settings):
        configure(settings, MAX_PRICE_RATIO=2)
        assert keys("tea") == ["mug", "glass", "jam", "milk"]
        assert keys("tea", first=9)[-2:] == ["cup", "oolong"]

    def test_the_dearest_of_the_basket_counts(self, shop, settings):
        configure(settings, MAX_PRICE_RATIO=2)
        assert keys("tea", "oolong")[:2] == ["mug", "cup"]

    def test_a_basket_or_suggestion_without_a_price_has_no_bound(self, shop, settings):
        configure(settings, MAX_PRICE_RATIO=0.1, MIN_PRICE_RATIO=0.05)
        assert "gift" in keys("tea", first=1)
        assert keys("gift", first=1) == ["tea"]

    def test_other_currencies_are_not_compared(self, shop, settings, monkeypatch):
        configure(settings, MAX_PRICE_RATIO=0.1)
        offers = type(shop).offers

        def in_two_currencies(self, keys, *args):
            shop.currency = "EUR" if "tea" in keys else "CNY"
            return offers(self, {"tea"} & set(keys), *args) | self.elsewhere(keys, *args)

        def elsewhere(self, keys, *args):
            shop.currency = "CNY"
            return offers(self, set(keys) - {"tea"}, *args)

        monkeypatch.setattr(type(shop), "elsewhere", elsewhere, raising=False)
        monkeypatch.setattr(type(shop), "offers", in_two_currencies)
        assert keys("tea", first=2) == ["mug", "cup"]


class TestMinPriceRatio:
    """Tea costs 4: mug 8, cup 8.01, glass 3, jam 5, milk 1, and oolong 9."""

    def test_what_is_far_cheaper_than_the_basket_comes_last(self, shop, settings):
        configure(settings, MIN_PRICE_RATIO=1.25)
        assert keys("tea") == ["mug", "cup", "jam", "oolong"]
        assert keys("tea", first=9)[-2:] == ["glass", "milk"]

    def test_the_cheapest_of_the_basket_counts(self, shop, settings):
        configure(settings, MIN_PRICE_RATIO=1.25)  # 5, and not 11.25
        assert keys("tea", "oolong", first=9) == ["mug", "cup", "jam", "gift", "glass", "milk"]

    def test_both_make_a_band(self, shop, settings):
        configure(settings, MIN_PRICE_RATIO=1.25, MAX_PRICE_RATIO=2)
        assert keys("tea", first=3) == ["mug", "jam", "gift"]  # 8 and 5, and what has no price

    def test_a_gift_in_the_basket_is_no_bound(self, shop, settings):
        configure(settings, MIN_PRICE_RATIO=2)
        shop.docs["milk"] = replace(shop.docs["milk"], price=0)
        assert keys("tea", "milk") == ["mug", "cup", "glass", "jam"]


class TestDiversity:
    def test_a_second_of_its_kind_waits(self, shop, settings):
        configure(settings, DIVERSITY=0.7)
        assert keys("tea")[:2] == ["mug", "jam"]
        assert set(keys("tea")) == {"mug", "jam", "cup", "glass"}

    def test_pinned_products_stay_above(self, shop, settings):
        configure(settings, DIVERSITY=0.7)
        for key in ("cup", "glass"):
            MerchandisingRule.objects.create(name="Ours", effect="pin", value=key)
        assert keys("tea", first=3) == ["cup", "glass", "jam"]
        assert keys("tea", first=1) == ["cup"]

    def test_boosts_count(self, shop, settings):
        configure(settings, DIVERSITY=0.1)
        MerchandisingRule.objects.create(name="Ours", effect="boost", value="glass", factor=50)
        assert keys("tea", first=1) == ["glass"]


def test_limits_cost_no_query(store, settings, django_assert_num_queries):
    add_orders(store, *["tea cup", "tea jam", "tea pot"] * 3)
    train()
    keys("tea")
    for limits in ({}, LIMITS):
        configure(settings, **limits)
        with django_assert_num_queries(3):  # a savepoint around the query, as tests need it
            assert len(keys("tea", first=2)) == 2
