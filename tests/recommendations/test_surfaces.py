"""What each surface answers, and what it falls back on."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django.utils.formats import date_format

from recommendations.services import lists, serving, surfaces
from recommendations.services.answering import _tell_of_no_version
from recommendations.services.suggestions import Source
from recommendations.services.training import train_all
from recommendations.stores.base import Actor, OrderLineFact, ProductDoc
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db
ANN = Actor(person="ann")


def shown(answer):
    return [(one.key, one.source) for one in answer.items]


def bought(store, buyer, order, *products, days_ago):
    moment = timezone.now() - timedelta(days=days_ago)
    for key in products:
        store.docs.setdefault(key, ProductDoc(key, key.upper()))
        store.lines.append(OrderLineFact(order, key, buyer, moment))


def test_similar_products_are_alike_and_say_in_what(store):
    add_orders(store, *["green sugar", "black sugar"] * 3, "milk")
    store.docs["green"] = ProductDoc("green", "Green tea")
    store.docs["black"] = ProductDoc("black", "Black tea")
    train_all()
    (answer,) = surfaces.similar_products([["green"]], 2)
    assert shown(answer)[0] == ("black", Source.SIMILAR)
    first = answer.items[0]
    assert (first.reason, first.because_of) == ("Similar to Green tea: tea", ("green",))
    assert answer.surface == "similar_products"


def test_for_you_is_what_goes_with_what_you_bought(store):
    add_orders(store, "tea cup", "tea cup", "milk", "milk", "milk")
    bought(store, "ann", "ann 1", "tea", days_ago=3)
    train_all()
    answer = surfaces.recommended_for_you(2, actor=ANN)
    assert shown(answer) == [("cup", Source.PERSONAL), ("milk", Source.POPULAR)]
    assert answer.items[0].reason == "You bought TEA. In 2 of 3 orders with TEA"
    assert answer.items[0].because_of == ("tea",)


def test_a_guest_gets_what_is_popular_and_is_told_so(store):
    add_orders(store, "tea", "milk", "milk")
    train_all()
    for ask in (surfaces.recommended_for_you, surfaces.buy_again):
        assert shown(ask(1, actor=Actor())) == [("milk", Source.POPULAR)]


class Views:
    """What `RECOMMENDATIONS["BEHAVIOUR"]` knows: the request is the visitor."""

    def visitor_of(self, request):
        return request or ""

    def viewed(self, visitor, limit, scope):
        return {"v": ["tea", "milk"]}.get(visitor, [])[:limit]


def test_for_a_guest_it_is_what_goes_with_what_they_looked_at(store, settings):
    configure(settings, BEHAVIOUR=f"{__name__}.Views")
    add_orders(store, "tea cup", "tea cup", "milk", "jam")
    bought(store, "ann", "ann 1", "jam", days_ago=3)
    train_all()
    guest = surfaces.recommended_for_you(2, actor=Actor(request="v"))
    assert shown(guest) == [("cup", Source.PERSONAL), ("jam", Source.POPULAR)]
    assert guest.items[0].reason == "You looked at TEA. In 2 of 2 orders with TEA"
    unknown = surfaces.recommended_for_you(1, actor=Actor(request="w"))
    assert shown(unknown)[0][1] == Source.POPULAR
    # what somebody bought says more of them
    ann = surfaces.recommended_for_you(9, actor=Actor(person="ann", request="v"))
    assert Source.PERSONAL not in {source for _, source in shown(ann)}


def test_buy_again_is_what_is_due_by_your_own_interval(store):
    add_orders(store, "milk")
    for order, days_ago in (("a", 30), ("b", 20), ("c", 10)):
        bought(store, "ann", order, "tea", days_ago=days_ago)
    bought(store, "ann", "d", "jam", days_ago=1)
    train_all()
    answer = surfaces.buy_again(3, actor=ANN)
    assert shown(answer) == [
        ("tea", Source.PERSONAL),
        ("jam", Source.PERSONAL),
        ("milk", Source.POPULAR),
    ]
    ten_days_ago, yesterday = (
        date_format(timezone.localtime() - timedelta(days=days), "DATE_FORMAT") for days in (10, 1)
    )
    assert answer.items[0].reason == f"You buy this about every 10 days, last on {ten_days_ago}"
    assert answer.items[1].reason == f"You bought this on {yesterday}"


def test_trending_prefers_the_last_days(store):
    bought(store, "x", "new", "new", days_ago=0)
    for n in range(5):
        bought(store, f"y{n}", f"old {n}", "old", days_ago=60)
    train_all()
    assert shown(surfaces.trending(2)) == [("new", Source.TRENDING), ("old", Source.TRENDING)]


def test_trending_in_a_category_goes_on_with_what_is_popular(store):
    add_orders(store, "tea", "tea", "soap", "soap", "soap")
    store.docs["tea"] = ProductDoc("tea", "Tea", category_keys=("food",), categories=("Food",))
    train_all()
    answer = surfaces.trending(2, category="food")
    assert shown(answer) == [("tea", Source.TRENDING), ("soap", Source.POPULAR)]
    assert [one.reason for one in answer.items] == [
        "In demand at the moment",
        "Popular in this store",
    ]


def test_where_all_that_sells_is_sold_out_there_is_what_is_new(store):
    add_orders(store, "tea cup", "tea cup")
    store.docs |= {"old": ProductDoc("old", "Old"), "new": ProductDoc("new", "New")}
    train_all()
    store.unavailable |= {"cup", "tea"}
    (answer,) = serving.frequently_bought_with([["tea"]], 3)
    assert shown(answer) == [("new", Source.NEW), ("old", Source.NEW)]
    assert answer.items[0].reason == "New in this store"
    assert shown(surfaces.trending(1)) == [("new", Source.NEW)]
    store.unavailable.remove("cup")
    (answer,) = serving.frequently_bought_with([["tea"]], 2)
    assert shown(answer) == [("cup", Source.BOUGHT_TOGETHER), ("new", Source.NEW)]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: surfaces.similar_products([["tea"]], 4)[0],
        lambda: surfaces.trending(4, category="food"),
        lambda: surfaces.recommended_for_you(4, actor=ANN),
        lambda: surfaces.buy_again(4, actor=ANN),
    ],
    ids=["similar", "trending", "for you", "again"],
)
def test_lists_that_can_not_be_read_cost_no_surface_its_page(store, monkeypatch, ask):
    add_orders(store, "tea cup")
    train_all()

    def broken(*args, **kwargs):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(lists.ModelVersion.objects, "filter", broken)
    assert ask().items == ()


@pytest.mark.parametrize(
    ("ask", "broken"),
    [
        (surfaces.recommended_for_you, "purchases"),
        (surfaces.buy_again, "purchases"),
        (surfaces.recommended_for_you, "viewed"),
        (surfaces.recently_viewed, "viewed"),
    ],
)
def test_what_a_person_did_may_be_out_of_reach_too(
    store, settings, monkeypatch, caplog, ask, broken
):
    configure(settings, BEHAVIOUR=f"{__name__}.Views")
    add_orders(store, "tea cup")
    train_all()

    def fail(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(store if broken == "purchases" else Views, broken, fail)
    assert ask(3, actor=Actor(request="v")).items == ()
    assert "the database failed" in caplog.text


def test_no_version_is_told_once(store, caplog):
    _tell_of_no_version.cache_clear()
    for _ in range(2):
        assert surfaces.trending(3).items == ()
    assert caplog.text.count("no suggestions for trending in scope 'default'") == 1


def test_one_run_reads_the_orders_once(store, monkeypatch):
    add_orders(store, "tea cup")
    readings = []
    read = store.order_lines
    monkeypatch.setattr(store, "order_lines", lambda scope: readings.append(scope) or read(scope))
    versions = train_all()
    assert len(readings) == 1
    assert [version.surface for version in versions] == [
        "frequently_bought_with",
        "similar_products",
        "trending",
    ]
