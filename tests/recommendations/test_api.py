"""The face for Python callers: keys in, suggestions out."""

import pytest

from recommendations import api
from recommendations.exceptions import InvalidArgument
from recommendations.services.training import train_all
from recommendations.stores.base import ProductDoc
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(store):
    add_orders(store, *["tea cup"] * 3, "jam bread", "jam bread")
    store.docs["tea"] = ProductDoc(
        "tea", "Green tea", categories=("Food",), category_keys=("food",)
    )
    store.docs["mate"] = ProductDoc("mate", "Mate tea")
    train_all()
    return store


def keys(answer):
    return [one.key for one in answer.items]


def test_what_goes_with_a_basket_of_products_and_variants(trained):
    trained.variants["tea-loose"] = "tea"
    answer = api.frequently_bought_with(iter(["tea-loose", "tea", "never"]), first=1)
    assert (keys(answer), answer.seeds) == (["cup"], ("tea",))
    assert answer.items[0].source is api.Source.BOUGHT_TOGETHER


def test_what_could_be_taken_instead(trained):
    assert keys(api.similar_products(["tea"], first=1)) == ["mate"]


def test_what_is_for_somebody(trained):
    jam = api.actor_of(api.Actor(person="buyer 3"))  # the memory store's request is an actor
    assert not {"jam", "bread"} & set(keys(api.recommended_for_you(4, actor=jam)))
    assert api.buy_again(4, actor=jam).surface == "buy_again"


def test_what_is_in_demand_in_a_category(trained):
    assert keys(api.trending(1, category="food")) == ["tea"]


def test_scopes_are_apart_and_the_first_is_meant_where_none_is_named(store, settings):
    add_orders(store, "tea cup", "tea cup")
    configure(settings, SCOPES=("nl", "be"))
    train_all("be")
    assert keys(api.frequently_bought_with(["tea"])) == []
    assert keys(api.frequently_bought_with(["tea"], scope="be")) == ["cup"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda: api.frequently_bought_with(["tea"], scope="mars"),
        lambda: api.similar_products(["tea"], scope="mars"),
        lambda: api.recommended_for_you(actor=api.Actor(), scope="mars"),
        lambda: api.buy_again(actor=api.Actor(), scope="mars"),
        lambda: api.trending(scope="mars"),
    ],
)
def test_no_other_scope_is_legal(store, ask):
    with pytest.raises(InvalidArgument, match="no scope 'mars': legal are default"):
        ask()
