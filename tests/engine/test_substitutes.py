"""Green and black tea go with sugar and never with each other; a cup goes with green tea."""

import math

import pytest

from recommendations.engine.base import Publication
from recommendations.engine.substitutes import Substitutes
from recommendations.exceptions import InvalidArgument
from recommendations.stores.base import ProductDoc
from tests.engine.baskets import interactions

# Eight orders: green and black each in 3, sugar in 4, cup in 2, jam in 2.
GREEN_ORDERS = "green sugar", "green sugar", "green cup"
X = interactions(*GREEN_ORDERS, "black sugar", "black sugar", "black jam", "cup", "jam")
GREEN, BLACK, CUP = (
    ProductDoc("green", "Green tea"),
    ProductDoc("black", "Black tea"),
    ProductDoc("cup", "Green cup"),
)


def of(seed, model, documents=(), **publication):
    lists = model.fit(X, documents).ranked(Publication(**publication))
    return {r.seed: [(e.key, pytest.approx(e.score)) for e in r.entries] for r in lists}.get(
        seed, []
    )


def test_what_goes_with_the_same_things_is_a_substitute():
    # lift(green, sugar) = 8·2/(3·4) = 4/3, lift(green, cup) = 8·1/(3·2) = 4/3; black the same with
    # sugar and jam: two companions each with log 4/3, one in common: cosine 1/2
    assert of("green", Substitutes(content_weight=0)) == [("black", 1 / 2)]


def test_likeness_counts_with_its_weight():
    both = of("green", Substitutes(content_weight=0.5), [GREEN, BLACK])
    alike = of("green", Substitutes(content_weight=1), [GREEN, BLACK])
    assert both == [("black", 0.5 * alike[0][1].expected + 0.5 * 0.5)]


def test_what_is_bought_together_more_than_by_chance_is_taken_down():
    # green tea and a green cup are alike, and their lift is 4/3
    documents = [GREEN, CUP]
    found = of("green", Substitutes(content_weight=1), documents)
    alone = of("green", Substitutes(content_weight=1), documents, min_orders=2)
    assert found == [("cup", alone[0][1].expected / (4 / 3))]


def test_what_nobody_bought_is_judged_by_its_likeness():
    new = ProductDoc("new", "White tea")
    found = of("new", Substitutes(content_weight=1), [GREEN, BLACK, new])
    assert [key for key, _ in found] == ["black", "green"]
    assert all(math.isclose(score.expected, found[0][1].expected) for _, score in found)


@pytest.mark.parametrize("weight", [-0.1, 1.1, math.nan])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(InvalidArgument, match=r"content_weight .*: legal are numbers in \[0, 1\]"):
        Substitutes(content_weight=weight).fit(X)
