"""What two products that are alike are said to have in common."""

import pytest

from recommendations.services.reasons import in_common
from recommendations.services.serving import frequently_bought_with
from recommendations.services.training import train
from recommendations.stores.base import Offer, ProductDoc
from tests.recommendations.conftest import add_orders, configure


def offer(title, brand="", path=(), **attributes):
    category = path[-1].title() if path else ""
    attributes |= {"brand": brand} if brand else {}
    return Offer(title, title, True, path, attributes=attributes, category=category)


BLUE = offer("Blue porcelain cup", "Acme", ("kitchen", "cups"), size="L", origin="shelf 3")


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (offer("Kettle"), []),
        (offer("White porcelain cup"), ["porcelain", "cup"]),
        (offer("Mug", path=("kitchen", "cups")), ["Cups"]),
        (offer("Mug", path=("office", "mugs")), []),
        (offer("Mug", "Acme", ("office", "cups")), ["brand Acme", "Cups"]),
        (offer("Mug", "Other", size="L"), ["size L"]),
        (offer("Blue porcelain", "Acme", size="L"), ["brand Acme", "size L", "blue"]),
        (offer("Mug", origin="shelf 3"), []),  # of which customers are told nothing
    ],
)
def test_attributes_then_the_category_then_words(store, settings, other, told):
    configure(settings, REASON_ATTRIBUTES=("brand", "size"))
    assert in_common(BLUE, other) == told


def test_the_category_is_that_of_the_tree_and_no_word_is_said_twice(store):
    tea = offer("Green tea", path=("food", "tea"))
    assert in_common(tea, offer("Tea leaves", path=("food", "tea"))) == ["Tea"]
    namesake = Offer("x", "Tea party", True, ("books", "about tea"), category="Tea")
    assert in_common(tea, namesake) == ["tea"]


@pytest.mark.django_db
def test_the_offers_are_asked_for_what_may_be_told(store, settings):
    configure(settings, REASON_ATTRIBUTES=("brand",))
    add_orders(store, *["cup jam"] * 5)
    for key, title in (("new", "Blue cup"), ("cup", "White cup")):
        store.docs[key] = ProductDoc(
            key, title, categories=("Mugs",), category_keys=("m",), attributes={"brand": "Acme"}
        )
    train()
    (first,) = frequently_bought_with([["new"]], 1)[0].items
    assert first.reason == "Similar to Blue cup: brand Acme, Mugs, cup"
