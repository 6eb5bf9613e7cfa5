"""The shop's rules in the answers, from the tables to the suggestions."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recommendations.models import MerchandisingRule
from recommendations.services import surfaces
from recommendations.services.serving import frequently_bought_with
from recommendations.services.suggestions import Source
from recommendations.services.training import train, train_all
from recommendations.stores.base import Actor, ProductDoc, Scope
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(store):
    """With tea go cup (3 orders), pot (2) and jam (1); milk is what is popular."""
    add_orders(store, "tea cup", "tea cup", "tea cup", "tea pot", "tea pot", "tea jam")
    add_orders(store, *["milk"] * 4, "bread")
    train()
    return store


def rule(effect: str, value: str = "", **fields) -> MerchandisingRule:
    return MerchandisingRule.objects.create(name="Summer", effect=effect, value=value, **fields)


def suggest(*basket: str, first: int = 4, scope: str = "default"):
    return frequently_bought_with([basket], first, scope=Scope(scope))[0].items


def keys(*basket: str, **options) -> list[str]:
    return [one.key for one in suggest(*basket, **options)]


def selects(ask) -> int:
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len([query for query in captured if query["sql"].startswith("SELECT")])


def test_a_pinned_product_comes_first_and_says_who_put_it_there(trained):
    rule("pin", "bread")
    first, second, *_ = suggest("tea")
    assert (first.key, first.source, first.reason) == (
        "bread",
        Source.PINNED,
        "Picked by the shop",
    )
    assert (first.because_of, first.evidence) == ((), None)
    assert (second.key, second.source) == ("cup", Source.BOUGHT_TOGETHER)


def test_a_pinned_product_keeps_the_evidence_that_it_has(trained):
    rule("pin", "jam")
    first = suggest("tea")[0]
    assert (first.key, first.source, first.because_of) == ("jam", Source.PINNED, ("tea",))
    assert first.evidence.pair_orders == 1


def test_a_pinned_product_in_the_basket_or_sold_out_is_not_shown(trained):
    rule("pin", "cup")
    rule("pin", "pot")
    trained.unavailable = {"pot"}
    assert keys("tea", "cup", first=2) == ["jam", "milk"]


def test_the_shop_picks_even_where_nothing_goes_with_the_basket(trained):
    rule("pin", "jam")
    assert keys("milk", first=2)[0] == "jam"


def test_what_is_excluded_comes_back_by_no_fallback(trained):
    rule("exclude", "cup")
    rule("exclude", "milk")
    assert keys("tea", first=10) == ["pot", "jam", "bread"]
    assert "milk" not in keys(first=10)


def test_boost_and_bury_by_category_change_the_order(trained):
    for key in ("jam", "bread"):
        trained.docs[key] = ProductDoc(key, key, category_keys=("food",), categories=("Food",))
    usual = keys("tea", first=3)
    assert usual == ["cup", "pot", "jam"]
    made = rule("boost", "food", target="category", factor=100)
    assert keys("tea", first=3) == ["jam", "cup", "pot"]
    made.effect, made.factor = "bury", 0.001
    made.save()
    assert keys("tea", first=3) == usual


def test_a_rule_for_a_seed_category_is_for_baskets_with_a_product_of_it(trained):
    trained.docs["tea"] = ProductDoc("tea", "Tea", category_keys=("drinks",), categories=("D",))
    rule("pin", "bread", seed_category="drinks")
    assert keys("tea")[0] == "bread"
    assert keys("cup")[0] != "bread"


def test_each_basket_of_a_page_has_its_own_rules(trained):
    rule("pin", "bread", seed_product="tea")
    tea, cup = frequently_bought_with([["tea"], ["cup"]], 1)
    assert (tea.items[0].key, cup.items[0].key) == ("bread", "tea")


def test_a_rule_is_about_its_surface_and_scope(trained, settings):
    configure(settings, SCOPES=("default", "mars"))
    rule("pin", "bread", surface="similar_products")
    rule("pin", "milk", scope="mars")
    assert keys("tea", first=1) == ["cup"]
    train(scope="mars")
    assert keys("tea", first=1, scope="mars") == ["milk"]


def test_rules_reach_every_surface(trained):
    train_all()
    rule("pin", "bread")
    answers = [
        surfaces.similar_products([["tea"]], 1)[0],
        surfaces.trending(1),
        surfaces.recommended_for_you(1, actor=Actor()),
        surfaces.buy_again(1, actor=Actor()),
    ]
    assert [one.items[0].source for one in answers] == [Source.PINNED] * 4


def test_periods_begin_and_end_by_the_clock_without_any_change(trained, monkeypatch):
    now = timezone.now()
    rule("pin", "bread", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2))
    found = []
    for days in (0, 1, 2):
        monkeypatch.setattr(timezone, "now", lambda days=days: now + timedelta(days=days))
        found += keys("tea", first=1)
    assert found == ["cup", "bread", "cup"]


def test_an_inactive_rule_does_nothing(trained):
    rule("pin", "bread", is_active=False)
    assert keys("tea", first=1) == ["cup"]


def test_every_change_takes_effect_at_once(trained):
    made = rule("pin", "bread")
    assert keys("tea", first=1) == ["bread"]
    made.value = "milk"
    made.save()
    assert keys("tea", first=1) == ["milk"]
    MerchandisingRule.objects.all().delete()
    assert keys("tea", first=1) == ["cup"]


def test_changes_of_many_rules_at_once_take_effect_at_once(trained):
    rules = MerchandisingRule.objects
    rules.bulk_create([MerchandisingRule(name="Summer", effect="pin", value="bread")])
    assert keys("tea", first=1) == ["bread"]
    rules.update(value="milk")
    assert keys("tea", first=1) == ["milk"]
    made = rules.get()
    made.value = "jam"
    rules.bulk_update([made], ["value"])
    assert keys("tea", first=1) == ["jam"]
    rules.filter(value="jam").delete()
    assert keys("tea", first=1) == ["cup"]


def test_a_rule_for_a_seed_category_is_for_what_is_trending_below_it(store):
    add_orders(store, *["tea"] * 3, *["jam"] * 2, "nut", "pen")
    for key, *path in (
        ("tea", "food", "drinks"), ("jam", "food", "sweets"), ("nut", "food"), ("pen", "office"),
    ):  # fmt: skip
        store.docs[key] = ProductDoc(key, key, categories=(*path,), category_keys=(*path,))
    train_all()
    rule("pin", "pen", seed_category="food")
    rule("pin", "nut", seed_category="drinks", priority=1)

    def first(category):
        return [one.key for one in surfaces.trending(2, category=category).items]

    assert first("drinks") == ["nut", "pen"]
    assert first("sweets") == ["pen", "jam"]
    assert first("food") == ["pen", "tea"]
    assert first("office") == ["pen", "tea"]
    assert first("") == ["tea", "jam"]


def test_a_change_that_was_rolled_back_is_forgotten(trained):
    made = rule("pin", "bread")
    try:
        with transaction.atomic():
            made.value = "milk"
            made.save()
            assert keys("tea", first=1) == ["milk"]
            raise InterruptedError
    except InterruptedError:
        pass
    assert keys("tea", first=1) == ["bread"]
    MerchandisingRule.objects.get().delete()
    assert keys("tea", first=1) == ["cup"]


def test_a_change_costs_a_query_for_rules_and_one_for_experiments_and_nothing_from_then_on(trained):
    keys("tea")
    usual = selects(lambda: keys("tea"))
    rule("pin", "cup")
    assert selects(lambda: keys("tea")) == usual + 2
    assert selects(lambda: keys("tea")) == usual
