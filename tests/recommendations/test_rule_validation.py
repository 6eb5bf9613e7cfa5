"""A broken rule is refused when it is saved, by the field and with what is legal."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from recommendations.models import Arm, Experiment, MerchandisingRule, Surface
from recommendations.stores.base import ProductDoc

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def goods(store):
    store.docs["tea"] = ProductDoc(
        "tea",
        "Tea",
        category_keys=("food",),
        categories=("Food",),
        price=3.0,
        attributes={"brand": "Acme"},
    )
    store.docs["cup"] = ProductDoc("cup", "Cup")
    store.variants = {"TEA-L": "tea"}
    store.stock = {"tea": 3}
    store.currency = "EUR"
    return store


def made(**fields) -> MerchandisingRule:
    return MerchandisingRule(**{"name": "Summer", "effect": "exclude", "value": "tea"} | fields)


def of(target: str, **fields):
    return {"target": target, "value": ""} | fields


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"effect": "pin", "seed_product": "cup", "scope": "default", "surface": "trending"},
        {"effect": "boost", "factor": 1.5, "seed_category": "food"},
        {"effect": "bury", "factor": 0.5, "target": "category", "value": "food"},
        {"target": "attribute", "attribute": "brand", "value": "Acme"},
        of("price", at_least=1, currency="EUR"),
        of("stock", at_least=0, at_most=5),
        {"starts_at": NOW, "ends_at": NOW + timedelta(days=1)},
    ],
)
def test_a_sound_rule_is_kept(fields):
    made(**fields).full_clean()


@pytest.mark.parametrize(
    ("fields", "field", "code", "message"),
    [
        ({"name": ""}, "name", "blank", "blank"),
        ({"effect": "hide"}, "effect", "invalid_choice", "hide"),
        ({"target": "colour"}, "target", "invalid_choice", "colour"),
        ({"surface": "shelf"}, "surface", "invalid_choice", "shelf"),
        ({"scope": "mars"}, "scope", "unknown", "'mars' is unknown; legal: default."),
        ({"value": ""}, "value", "required", "needs a value"),
        ({"value": "never"}, "value", "unknown", "no product or SKU 'never'"),
        ({"seed_product": "never"}, "seed_product", "unknown", "'never'"),
        ({"seed_category": "no"}, "seed_category", "unknown", "'no' is unknown; legal: food."),
        (
            {"seed_category": "food", "seed_product": "cup"},
            "seed_category",
            "contradiction",
            "not both",
        ),
        ({"seed_product": "tea"}, "value", "contradiction", "name another one"),
        ({"target": "category", "value": "toys"}, "value", "unknown", "legal: food."),
        ({"factor": 2}, "factor", "contradiction", "Only a boost or a bury"),
        ({"effect": "boost"}, "factor", "range", "above 1"),
        ({"effect": "boost", "factor": 1}, "factor", "range", "above 1"),
        ({"effect": "boost", "factor": float("nan")}, "factor", "range", "above 1"),
        ({"effect": "bury", "factor": 0}, "factor", "range", "above 0 and below 1"),
        ({"effect": "bury", "factor": -1}, "factor", "range", "above 0 and below 1"),
        ({"effect": "bury", "factor": 2}, "factor", "range", "above 0 and below 1"),
        ({"starts_at": NOW, "ends_at": NOW}, "ends_at", "range", "after the start"),
        ({"at_least": 3}, "at_least", "contradiction", "described by: value."),
        ({"attribute": "brand"}, "attribute", "contradiction", "described by: value."),
        (
            {"effect": "pin", "target": "category", "value": "food"},
            "target",
            "contradiction",
            "Only a product can be pinned",
        ),
        ({"target": "attribute", "value": "Acme"}, "attribute", "required", "Name the attribute"),
        (
            {"target": "attribute", "attribute": "brnd", "value": "Acme"},
            "attribute",
            "unknown",
            "'brnd' is unknown; legal: brand.",
        ),
        (of("price", currency="EUR"), "at_least", "required", "the least, the most, or both"),
        (of("price", at_least=1), "currency", "unknown", "'' is unknown; legal: EUR."),
        (of("price", at_least=1, currency="USD"), "currency", "unknown", "legal: EUR."),
        (of("stock", at_least=1, currency="EUR"), "currency", "contradiction", "described by"),
        (of("stock", at_least=3, at_most=2), "at_most", "range", "below the least"),
        (of("stock", at_most=-1), "at_most", "range", "0 or more"),
    ],
)
def test_a_broken_rule_is_refused(fields, field, code, message):
    with pytest.raises(ValidationError) as refused:
        made(**fields).full_clean()
    (problem,) = refused.value.error_dict[field]
    assert problem.code == code
    assert message in str(problem.message % (problem.params or {}))
    assert list(refused.value.error_dict) == [field]


@pytest.mark.parametrize("elsewhere", [{"surface": "trending"}, {"scope": "default"}])
def test_a_rule_for_an_arm_is_on_the_surface_of_its_experiment(elsewhere):
    experiment = Experiment.objects.create(
        name="May", surface=Surface.FREQUENTLY_BOUGHT_WITH, scope="be"
    )
    arm = Arm.objects.create(experiment=experiment, name="with")
    made(arm=arm).full_clean()
    made(arm=arm, surface=experiment.surface).full_clean()
    with pytest.raises(ValidationError, match="on another surface or in another") as refused:
        made(arm=arm, **elsewhere).full_clean()
    assert list(refused.value.error_dict) == ["arm"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (of("price", at_least=1), "no prices"),
        (of("stock", at_least=1), "no stock levels"),
        ({"target": "attribute", "attribute": "brand", "value": "x"}, "no attributes"),
    ],
)
def test_what_the_store_does_not_tell_no_rule_may_ask(goods, fields, message):
    goods.docs = {"tea": ProductDoc("tea", "Tea")}
    goods.stock = {}
    with pytest.raises(ValidationError, match=message) as refused:
        made(**fields).full_clean()
    assert list(refused.value.error_dict) == ["target"]


def test_the_key_of_a_variant_becomes_that_of_its_product():
    rule = made(effect="pin", value="TEA-L")
    rule.full_clean()
    assert rule.value == "tea"


def test_a_store_without_named_currency_takes_none(goods):
    goods.currency = ""
    made(**of("price", at_least=1)).full_clean()
    with pytest.raises(ValidationError, match="names no currency"):
        made(**of("price", at_least=1, currency="EUR")).full_clean()
