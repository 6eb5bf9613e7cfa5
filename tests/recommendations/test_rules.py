"""What rules do to a ranking, without a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.choices import Effect, Target
from recommendations.services.lists import StoredList
from recommendations.services.merging import Ranking
from recommendations.services.rules import Effects, Rule, RuleSet
from recommendations.services.suggestions import Source
from recommendations.stores.base import Offer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEYS = "abcdefgh"
OFFERS = {
    key: Offer(
        key,
        key,
        available=True,
        category_keys=("all", "even" if place % 2 == 0 else "odd"),
        price=Decimal(place),
        currency="EUR",
        stock=place,
        attributes={"brand": "Acme" if place < 4 else "Best"},
    )
    for place, key in enumerate(KEYS)
}


def ranking(basket=("tea",), excluded=()) -> Ranking:
    """a 5, b 4, c 3, d 2 speak for themselves; e, f, g, h fill up."""
    own = StoredList(9, list("abcd"), [5.0, 4.0, 3.0, 2.0], [1] * 4)
    made = Ranking({"tea": own}, dict.fromkeys(basket, 1.0), excluded)
    made.fill(Source.POPULAR, StoredList(0, list("aefgh"), [9.0, 8.0, 7.0, 6.0, 5.0], [0] * 5))
    return made


def shown(*rules: Rule, **changes) -> str:
    return "".join(Effects(rules).ordered(ranking(**changes), 100, OFFERS))


def pin(key: str, **fields) -> Rule:
    return Rule(effect=Effect.PIN, value=key, **fields)


def boost(factor: float, **fields) -> Rule:
    return Rule(effect=Effect.BOOST if factor > 1 else Effect.BURY, factor=factor, **fields)


def exclude(**fields) -> Rule:
    return Rule(effect=Effect.EXCLUDE, **fields)


def category(key: str) -> dict[str, str]:
    return {"target": Target.CATEGORY, "value": key}


def test_without_rules_the_ranking_stays():
    assert shown() == "abcdefgh"


def test_pins_come_first_by_priority_and_then_by_age():
    rules = [
        pin("h", number=1),
        pin("c", number=3, priority=5),
        pin("g", number=2, priority=5),
        pin("c", number=4, priority=9),
    ]
    assert shown(*rules) == "cghabdef"


def test_a_pinned_product_in_the_basket_is_not_shown():
    assert shown(pin("h"), basket=("tea", "h")) == "abcdefg"


def test_a_pinned_product_that_is_gone_is_not_shown():
    assert shown(pin("z")) == "abcdefgh"


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ({"value": "a"}, "bcdefgh"),
        (category("odd"), "aceg"),
        ({"target": Target.ATTRIBUTE, "attribute": "brand", "value": "Acme"}, "efgh"),
        ({"target": Target.PRICE, "at_least": Decimal(2), "currency": "EUR"}, "ab"),
        ({"target": Target.PRICE, "at_least": Decimal(2), "currency": "USD"}, "abcdefgh"),
        ({"target": Target.PRICE, "at_most": Decimal(2), "currency": "EUR"}, "defgh"),
        ({"target": Target.STOCK, "at_least": Decimal(1), "at_most": Decimal(6)}, "ah"),
    ],
    ids=["product", "category", "attribute", "from", "other currency", "up to", "stock"],
)
def test_what_is_excluded_is_gone(target, left):
    assert shown(exclude(**target)) == left


def test_an_unknown_price_or_stock_is_in_no_band():
    unknown = Offer("x", "x", available=True)
    for target in (Target.PRICE, Target.STOCK):
        assert not exclude(target=target, at_least=Decimal(0)).holds(unknown)


def test_excluding_is_stronger_than_a_pin():
    assert shown(pin("a", priority=9), exclude(value="a")) == "bcdefgh"


def test_a_boost_multiplies_and_moves_among_its_like():
    # b 4 × 1.5 = 6 passes a; h 5 × 2 = 10 passes the other popular ones, and no candidate
    assert shown(boost(1.5, value="b"), boost(2, value="h")) == "bacdhefg"


def test_what_is_buried_sinks_and_stays():
    # a 5 × 0.5 = 2.5 comes after c 3
    assert shown(boost(0.5, value="a")) == "bcadefgh"


def test_equal_scores_keep_the_order_of_the_ranking():
    # b 4 × 1.25 = 5, as a
    assert shown(boost(1.25, value="b")) == "abcdefgh"


def test_of_several_factors_the_highest_priority_counts_and_then_the_older():
    bury, lift = boost(0.1, value="a", number=2), boost(9, **category("even"), number=1)
    assert Effects([bury, lift]).factor(OFFERS["a"]) == 9
    urgent = boost(0.1, value="a", number=2, priority=1)
    assert Effects([urgent, lift]).factor(OFFERS["a"]) == 0.1


def test_what_the_basket_speaks_against_stays_last_whatever_its_boost():
    lists = {"tea": StoredList(9, ["a", "b"], [5.0, -3.0], [1, 0])}
    made = Ranking(lists, {"tea": 1.0})
    made.fill(Source.POPULAR, StoredList(0, ["b", "c"], [9.0, 8.0], [0, 0]))
    effects = Effects([boost(100, value="b")])
    assert list(effects.ordered(made, 100, OFFERS)) == ["a", "c", "b"]


def test_a_boosted_product_is_found_below_what_is_looked_at():
    effects = Effects([boost(9, value="d")])
    assert list(effects.ordered(ranking(), 2, OFFERS)) == ["d", "a", "b"]


class TestRuleSet:
    def effects(self, *rules, surface="s", scope="default", now=NOON, seeds=(), of="") -> list[str]:
        return RuleSet(rules, surface, scope, now).effects(seeds, of, OFFERS).pins

    @pytest.mark.parametrize(
        ("fields", "is_on"),
        [
            ({}, True),
            ({"surface": "s", "scope": "default"}, True),
            ({"surface": "t"}, False),
            ({"scope": "mars"}, False),
            ({"starts_at": NOON, "ends_at": NOON + timedelta(seconds=1)}, True),
            ({"starts_at": NOON + timedelta(seconds=1)}, False),
            ({"ends_at": NOON}, False),
        ],
    )
    def test_a_rule_speaks_in_its_place_and_period(self, fields, is_on):
        assert self.effects(pin("a", **fields)) == ["a"] * is_on

    @pytest.mark.parametrize(
        ("fields", "seeds", "of", "is_on"),
        [
            ({"seed_product": "a"}, ["b", "a"], "", True),
            ({"seed_product": "a"}, ["b"], "", False),
            ({"seed_category": "odd"}, ["a", "b"], "", True),
            ({"seed_category": "odd"}, ["a"], "", False),
            ({"seed_category": "odd"}, ["unknown"], "", False),
            ({"seed_category": "odd"}, [], "odd", True),
        ],
    )
    def test_a_rule_waits_for_its_seed(self, fields, seeds, of, is_on):
        assert self.effects(pin("h", **fields), seeds=seeds, of=of) == ["h"] * is_on

    def test_two_seeds_of_one_category_wake_its_rule_once(self):
        rule = pin("h", seed_category="all", number=7)
        found = RuleSet([rule], "s", "default", NOON).effects(["a", "b"], "all", OFFERS)
        assert found.on(OFFERS["h"]) == [rule]

    def test_what_may_be_named_is_known_before_any_offer(self):
        rules = [pin("h", seed_category="odd"), pin("g", seed_product="a"), boost(2, value="f")]
        made = RuleSet(rules, "s", "default", NOON)
        assert sorted(made.possible(["b"]).named) == ["f", "h"]
        assert sorted(made.possible(["a"]).named) == ["f", "g", "h"]

    def test_attributes_are_asked_for_by_name_and_offers_by_the_hundred_only_where_needed(self):
        of_brand = {"target": Target.ATTRIBUTE, "attribute": "brand", "value": "Acme"}
        for rule, attributes, window in (
            (exclude(**category("odd")), set(), 0),
            (boost(2, value="a"), set(), 0),
            (boost(2, **category("odd")), set(), 100),
            (boost(2, **of_brand), {"brand"}, 100),
        ):
            made = RuleSet([rule], "s", "default", NOON)
            assert (made.attributes, made.window) == (attributes, window)


products = st.sampled_from(KEYS)
targets = st.one_of(
    st.fixed_dictionaries({"value": products}),
    st.sampled_from([category("odd"), category("even")]),
    st.just({"target": Target.ATTRIBUTE, "attribute": "brand", "value": "Acme"}),
    st.builds(
        lambda n: {"target": Target.STOCK, "at_least": Decimal(n), "at_most": Decimal(n + 2)},
        st.integers(0, 8),
    ),
)
priorities = st.integers(-2, 2)
any_rule = st.one_of(
    st.builds(pin, products, priority=priorities),
    st.builds(lambda target, p: exclude(**target, priority=p), targets, priorities),
    st.builds(
        lambda factor, target, p: boost(factor, **target, priority=p),
        st.sampled_from([0.01, 0.5, 1.5, 100.0]),
        targets,
        priorities,
    ),
)


@given(st.lists(any_rule, max_size=8), st.sets(products), st.integers(0, 8))
def test_whatever_the_rules(rules, basket, depth):
    """Nothing excluded or in the basket comes back, nothing comes twice, nothing else is lost."""
    effects = Effects(rules)
    made = ranking(basket=("tea", *basket))
    answer = list(effects.ordered(made, depth, OFFERS))
    excluded = {
        key
        for key in KEYS
        for rule in rules
        if rule.effect == Effect.EXCLUDE and _is_about(rule, OFFERS[key])
    }
    assert len(answer) == len(set(answer))
    assert not excluded.union(basket).intersection(answer)
    assert set(made.keys[:depth]) - excluded <= set(answer)
    assert answer == list(Effects(list(rules)).ordered(made, depth, OFFERS))
    pins = [key for key in effects.pins if key in answer]
    assert answer[: len(pins)] == pins


def _is_about(rule: Rule, offer: Offer) -> bool:
    """Said again in other words than the code's."""
    if rule.target == Target.PRODUCT:
        return offer.key == rule.value
    if rule.target == Target.CATEGORY:
        return rule.value in offer.category_keys
    if rule.target == Target.ATTRIBUTE:
        return offer.attributes[rule.attribute] == rule.value
    return rule.at_least <= offer.stock <= rule.at_most


class TestStanding:
    """For how long a set of rules can be kept."""

    def test_until_the_next_rule_begins_or_ends(self):
        hour = timedelta(hours=1)
        rules = [
            pin("a", starts_at=NOON - 2 * hour, ends_at=NOON + 2 * hour),
            pin("b", starts_at=NOON + hour),
            pin("c", ends_at=NOON - hour),
        ]
        found = RuleSet(rules, "", "", NOON)
        moments = [NOON + minutes * hour / 60 for minutes in (-61, -60, 0, 59, 60)]
        assert [found.stands_at(one) for one in moments] == [False, True, True, True, False]

    def test_for_ever_without_a_period(self):
        found = RuleSet([pin("a")], "", "", NOON)
        assert found.stands_at(NOON - timedelta(days=999))
        assert found.stands_at(NOON + timedelta(days=999))

    def test_many_different_baskets_are_not_all_remembered(self, monkeypatch):
        monkeypatch.setattr("recommendations.services.rules.MAX_WOKEN", 2)
        seeds = "abcd"
        found = RuleSet([pin("h", seed_product=one) for one in seeds], "", "", NOON)
        for seed in (*seeds, *seeds):
            assert found.effects([seed], "", OFFERS).pins == ["h"]
        assert found.effects(["e"], "", OFFERS).pins == []


def test_a_category_is_below_what_comes_before_it_in_all_its_products():
    """As where a product is in several categories: a mug for tea is among gifts as well."""
    paths = {"pot": ("kitchen", "tea"), "mug": ("gifts", "kitchen", "tea"), "toy": ("gifts",)}
    offers = {
        key: Offer(key, key, available=True, category_keys=path) for key, path in paths.items()
    }
    rules = RuleSet(
        [pin(key, seed_category=key) for key in ("kitchen", "gifts", "tea")], "", "", NOON
    )
    assert set(rules.effects([], "tea", offers).pins) == {"kitchen", "tea"}
    assert set(rules.effects([], "kitchen", offers).pins) == {"kitchen"}
    assert set(rules.effects([], "empty", offers).pins) == set()
    assert set(rules.effects([], "tea", {}).pins) == {"tea"}
