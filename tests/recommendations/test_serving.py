"""What a published version answers with."""

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from recommendations.exceptions import InvalidArgument
from recommendations.services import answering
from recommendations.services.serving import frequently_bought_with
from recommendations.services.suggestions import Evidence, Source
from recommendations.services.training import train
from recommendations.stores.base import ProductDoc
from tests.recommendations.conftest import DAY_0, add_orders, configure

pytestmark = pytest.mark.django_db


def statements(captured) -> list[str]:
    """Without the savepoint that a test's own transaction asks for."""
    found = [query["sql"] for query in captured]
    return [sql for sql in found if "SAVEPOINT" not in sql]


def keys(basket: list[str], first: int = 4) -> list[str]:
    return [one.key for one in frequently_bought_with([basket], first)[0].items]


def test_the_evidence_is_counted_over_all_orders(store):
    # tea in 3 of 5 orders, cup in 2, both in 2
    add_orders(store, "tea cup", "tea cup", "tea jam", "jam", "milk")
    version = train()
    answer = frequently_bought_with([["tea"]], 1)[0]
    (suggestion,) = answer.items
    assert answer.version == f"v{version.pk}"
    assert (suggestion.key, suggestion.source) == ("cup", Source.BOUGHT_TOGETHER)
    assert suggestion.because_of == ("tea",)
    assert suggestion.reason == "In 2 of 3 orders with TEA"
    assert suggestion.evidence == Evidence(
        pair_orders=2,
        seed_orders=3,
        support=pytest.approx(2 / 5),
        confidence=pytest.approx(2 / 3),
        lift=pytest.approx((2 / 3) / (2 / 5)),
    )


def test_the_fallback_says_that_it_is_one(store):
    add_orders(store, "tea cup", "milk", "milk", "jam")
    train()
    filled = frequently_bought_with([["tea"]], 3)[0].items
    assert [(one.key, one.source) for one in filled] == [
        ("cup", Source.BOUGHT_TOGETHER),
        ("milk", Source.POPULAR),
        ("jam", Source.POPULAR),
    ]
    assert (filled[1].reason, filled[1].because_of, filled[1].evidence) == (
        "Popular in this store",
        (),
        None,
    )


def test_a_product_nobody_bought_is_answered_by_likeness(store):
    add_orders(store, *["cup jam"] * 5, "milk")
    store.docs["new"] = ProductDoc("new", "Blue porcelain cup")
    store.docs["cup"] = ProductDoc("cup", "White porcelain cup")
    train()
    first, second = frequently_bought_with([["new"]], 2)[0].items
    assert (first.key, first.source, first.because_of) == ("cup", Source.SIMILAR, ("new",))
    assert (first.reason, first.evidence) == ("Similar to Blue porcelain cup: porcelain, cup", None)
    assert second.source == Source.POPULAR


def test_likeness_is_no_evidence_even_where_another_basket_has_some(store):
    add_orders(store, *["cup jam"] * 5)
    store.docs["new"] = ProductDoc("new", "Blue porcelain cup")
    store.docs["cup"] = ProductDoc("cup", "White porcelain cup")
    train()
    bought, similar = frequently_bought_with([["jam"], ["new"]], 1)
    assert (bought.items[0].key, bought.items[0].evidence.pair_orders) == ("cup", 5)
    assert (similar.items[0].key, similar.items[0].evidence) == ("cup", None)


def test_what_is_in_the_basket_is_never_suggested(store):
    add_orders(store, "tea cup jam", "tea cup", "milk")
    train()
    assert keys(["tea", "cup"]) == ["jam", "milk"]


def test_what_is_not_for_sale_is_never_suggested(store):
    add_orders(store, "tea cup", "tea jam", "milk", "bread")
    train()
    store.unavailable = {"cup", "bread"}
    del store.docs["milk"]
    assert keys(["tea"]) == ["jam"]


def test_the_list_is_full_however_many_are_sold_out(store):
    """More are sold out than are looked at in the first round."""
    add_orders(store, *[f"tea p{n:02}" for n in range(40)])
    train()
    store.unavailable = {f"p{n:02}" for n in range(39, 1, -1)}
    assert keys(["tea"], first=2) == ["p01", "p00"]


def test_a_page_of_baskets_is_answered_in_order(store):
    add_orders(store, "tea cup", "milk jam")
    train()
    answers = frequently_bought_with([["milk"], ["tea"], []], 1)
    assert [answer.items[0].key for answer in answers][:2] == ["jam", "cup"]
    assert answers[2].items[0].source == Source.POPULAR


def test_many_baskets_cost_two_queries_beside_the_offers(store):
    add_orders(store, *["tea cup", "milk jam"] * 5)
    train()
    with CaptureQueriesContext(connection) as captured:
        frequently_bought_with([["tea"], ["milk"], ["jam", "cup"]] * 10, 1)
    assert len(statements(captured)) == 2


def test_without_a_live_version_there_are_no_suggestions(store):
    add_orders(store, "tea cup")
    answer = frequently_bought_with([["tea"]], 4)[0]
    assert (answer.items, answer.version) == ((), None)


def test_none_asked_for_none_given(store):
    add_orders(store, "tea cup")
    train()
    assert keys(["tea"], first=0) == []


@pytest.mark.parametrize("first", [-1, 101])
def test_first_out_of_range_is_refused_with_the_range(store, first):
    with pytest.raises(InvalidArgument, match=f"'first' must be from 0 to 100, not {first}"):
        frequently_bought_with([["tea"]], first)


def test_pairs_of_too_few_buyers_are_never_published(store, settings):
    configure(settings, MIN_PAIR_BUYERS=3)
    add_orders(store, "tea cup", "tea cup", "tea jam", "tea jam", "tea jam")
    train()
    suggestions = frequently_bought_with([["tea"]], 4)[0].items
    assert [(one.key, one.source) for one in suggestions] == [
        ("jam", Source.BOUGHT_TOGETHER),
        ("cup", Source.POPULAR),
    ]


def test_reading_writes_nothing(store):
    add_orders(store, "tea cup")
    train()
    with CaptureQueriesContext(connection) as captured:
        frequently_bought_with([["tea"]], 4)
    assert {sql.split()[0] for sql in statements(captured)} == {"SELECT"}


def test_what_is_popular_in_the_category_comes_before_what_is_popular_at_all(store):
    add_orders(store, "milk", "milk", "milk", "cup", "cup", "pot", "tea")
    for key, category in (("tea", "kitchen"), ("cup", "kitchen"), ("pot", "kitchen")):
        store.docs[key] = ProductDoc(key, key, category_keys=(category,), categories=(category,))
    train()
    assert keys(["tea"]) == ["cup", "pot", "milk"]


def test_a_database_that_fails_costs_the_suggestions_and_not_the_page(store, monkeypatch, caplog):
    add_orders(store, "tea cup")
    train()

    def broken(*args, **kwargs):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(answering, "load_lists", broken)
    (answer,) = frequently_bought_with([["tea"]], 4)
    assert answer.items == ()
    assert "no suggestions for frequently_bought_with" in caplog.text


def test_orders_of_a_product_are_asked_for_once_until_the_version_learns_of_more(store):
    add_orders(store, "tea cup", "tea cup", "tea jam", "jam", "milk")
    version = train()

    def lift_of_cup() -> tuple[float, int]:
        with CaptureQueriesContext(connection) as captured:
            (suggestion,) = frequently_bought_with([["tea"]], 1)[0].items
        return suggestion.evidence.lift, len(statements(captured))

    assert lift_of_cup() == (pytest.approx((2 / 3) / (2 / 5)), 2)
    assert lift_of_cup() == (pytest.approx((2 / 3) / (2 / 5)), 1)
    version.ranked_lists.filter(seed_key="cup").update(orders=4)
    type(version).objects.update(orders_changed_at=DAY_0)
    assert lift_of_cup() == (pytest.approx((2 / 3) / (4 / 5)), 3)


def test_each_of_many_baskets_is_filled_past_what_is_not_for_sale(store):
    """More of them than are looked at beforehand: who comes out short is looked up again."""
    gone = [f"gone{n}" for n in range(10)]
    for seed in ("tea", "milk"):
        add_orders(store, *[f"{seed} {' '.join(gone)}"] * 3, f"{seed} cup jam")
    store.unavailable |= set(gone)
    train()
    answers = frequently_bought_with([["tea"], ["milk"]], 2)
    assert [{one.key for one in answer.items} for answer in answers] == [{"cup", "jam"}] * 2
    assert {one.source for answer in answers for one in answer.items} == {Source.BOUGHT_TOGETHER}


def test_a_reason_is_worded_once_and_only_if_it_is_read(store, monkeypatch):
    worded = []
    monkeypatch.setattr(answering, "reason_for", lambda *given: worded.append(given) or "because")
    add_orders(store, "tea cup")
    train()
    (suggestion,) = frequently_bought_with([["tea"]], 1)[0].items
    assert worded == []
    assert suggestion.reason == suggestion.reason == "because"
    assert len(worded) == 1
