"""Every mistake in the map is a system check that names the entry and the nearest legal one."""

import copy

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from recommendations.exceptions import ConfigurationError
from recommendations.stores.mapped import MappedStore

MISTAKES = {
    "section": ({"prodcut": {}}, "E101", "has no entry 'prodcut'", "'product'"),
    "entry": ({"product.titel": "name"}, "E101", "has no entry 'titel'", "'title'"),
    "missing entry": ({"product.title": ...}, "E101", "['product']['title'] is missing", "Toy."),
    "missing section": ({"order_line": ...}, "E101", "['order_line'] is None", "'model'"),
    "no dictionary": (
        {"basket_line": "toystore.WishLine"},
        "E101",
        "is 'toystore.WishLine'",
        "dictionary",
    ),
    "model": ({"product.model": "toystore.Toi"}, "E102", "no such model", "'toystore.Toy'"),
    "no model": ({"product.model": 5}, "E102", "is 5: there is no such", "app_label.ModelName"),
    "field": ({"product.title": "nam"}, "E103", "toystore.Toy has no field 'nam'", "'name'"),
    "field behind a relation": (
        {"order_line.ordered_at": "purchase__placed"},
        "E103",
        "'purchase__placed': toystore.Purchase has no field 'placed'",
        "'placed_at'",
    ),
    "field like no other": ({"product.price": "zzz"}, "E103", "no field 'zzz'", "Legal: age, "),
    "path past its end": ({"product.title": "name__x"}, "E103", "plain field", "End it at 'name'"),
    "no path": ({"order_line.order": 7}, "E103", "7 is no path", "'order__placed_at'"),
    "many rows": ({"order_line.buyer": ["colour__toy__tags"]}, "E103", "leads to many", "foreign"),
    "a model for a title": (
        {"product.title": "maker"},
        "E103",
        "leads to a model",
        "'maker__name'",
    ),
    "a model for a category": (
        {"product.categories": ["department", "tags"]},
        "E103",
        "a model",
        "'tags__name'",
    ),
    "many categories above a category": (
        {"category.parent": "toy"},
        "E103",
        "leads to many",
        "foreign keys",
    ),
    "a plain field above a category": (
        {"category.parent": "name"},
        "E103",
        "['category']['parent'] is wrong: 'name' is a plain field",
        "A foreign key",
    ),
    "something else above a category": (
        {
            "product.categories": "maker__toys",
            "category": {"model": "toystore.Toy", "name": "name", "parent": "maker"},
        },
        "E103",
        "'maker' leads to another model",
        "toystore.Toy",
    ),
    "a model for the name of a category": (
        {"category.name": "inside"},
        "E103",
        "leads to a model",
        "'inside__name'",
    ),
    "no model of categories": ({"category.model": "toystore.Depart"}, "E102", "no such", "Dep"),
    "categories that no product is in": (
        {"product.categories": ["tags__name"]},
        "E101",
        "['category'] is where no product is",
        "leads to toystore.Department",
    ),
    "a name that no category has": ({"category.name": "nam"}, "E103", "no field 'nam'", "'name'"),
    "a model for an attribute": (
        {"product.attributes": {"maker": "maker"}},
        "E103",
        "['attributes']['maker'] is wrong",
        "'maker__name'",
    ),
    "a text for a stock": ({"product.available": "name"}, "E103", "neither a boolean", "stock"),
    "a text for a rating": ({"product.rating": "name"}, "E103", "is no number", "holds one"),
    "no basket": ({"basket_line.basket": "wish_list__name"}, "E103", "plain field", "foreign key"),
    "no product": (
        {"order_line.product": "purchase"},
        "E103",
        "'purchase' is toystore.Purchase",
        "toystore.Toy or toystore.ToyColour",
    ),
    "variant of nothing": ({"variant.product": "sku"}, "E103", "is a plain field", "toystore.Toy"),
    "function": ({"product.title": "toys.nowhere"}, "E104", "can't be imported", "dotted path"),
    "no function": (
        {"product.available": "tests.projects.plugin_only.settings.STATIC_URL"},
        "E104",
        "can't be called",
        "dotted path",
    ),
    "no function for attributes": ({"product.attributes": "age"}, "E104", "imported", "dotted"),
    "status": ({"order_line.counts": ["payed"]}, "E105", "which 'purchase__state' never", "'paid'"),
    "no list": ({"order_line.counts": "paid"}, "E105", "is 'paid'", "A list of values"),
    "counts alone": ({"order_line.status": ...}, "E101", "one of 'status' and 'counts'", "values"),
    "scope without value": (
        {"order_line.scope": "purchase__country"},
        "E105",
        "['scopes'] lacks 'default' of SCOPES",
        "'order_line'",
    ),
    "unknown scope": ({"scopes": {"defualt": "nl"}}, "E101", "no entry 'defualt'", "'default'"),
    "no scopes": ({"scopes": ["nl"]}, "E105", "is ['nl']", "A dictionary"),
}


def change(settings, changes):
    mapped = copy.deepcopy(settings.RECOMMENDATIONS["MAPPED"])
    for place, value in changes.items():
        *sections, name = place.split(".")
        part = mapped[sections[0]] if sections else mapped
        if value is ...:
            del part[name]
        else:
            part[name] = value
    settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {"MAPPED": mapped}


def problems():
    return [one for one in run_checks() if one.id.startswith("recommendations.")]


def test_the_map_of_the_toy_store_is_clean():
    assert problems() == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_a_hint(name, settings):
    changes, number, message, hint = MISTAKES[name]
    change(settings, changes)
    (problem,) = problems()
    assert problem.id == f"recommendations.{number}"
    assert problem.msg.startswith("RECOMMENDATIONS['MAPPED']")
    assert message in problem.msg
    assert hint in problem.hint


def test_all_mistakes_are_named_at_once(settings):
    change(settings, {"product.title": "nam", "order_line.order": "purchas", "variant.key": "sk"})
    assert [one.hint for one in problems()] == [
        "Did you mean 'name'?",
        "Did you mean 'sku'?",
        "Did you mean 'purchase'?",
    ]


def test_an_empty_map_says_what_it_needs(settings):
    settings.RECOMMENDATIONS = {"STORE": "recommendations.stores.mapped.MappedStore", "MAPPED": []}
    (problem,) = problems()
    assert problem.hint == (
        "A dictionary of 'product', 'category', 'variant', 'order_line', 'basket_line'."
    )


def test_a_command_stops_at_the_mistake(settings):
    change(settings, {"product.title": "nam"})
    with pytest.raises(SystemCheckError, match=r"toystore\.Toy has no field 'nam'"):
        call_command("check")


def test_a_store_with_a_wrong_map_refuses_to_answer(settings):
    change(settings, {"product.title": "nam"})
    with pytest.raises(
        ConfigurationError, match=r"\['product'\]\['title'\] .* Did you mean 'name'"
    ):
        MappedStore().map  # noqa: B018 (reading it is the test)
