"""Why a product is missing."""

import pytest

from recommendations.models import MerchandisingRule
from recommendations.services.explaining import explain
from recommendations.services.training import train
from recommendations.stores.base import Scope
from tests.recommendations.conftest import add_orders

pytestmark = pytest.mark.django_db


def test_a_product_that_is_asked_for_is_explained_wherever_it_stands(store):
    add_orders(store, "tea cup", "tea cup", "tea jam", "milk")
    train()
    store.unavailable = {"jam"}
    wanted = ["tea", "jam", "milk", "never"]
    found = explain(["tea"], 1, Scope(), 1, wanted)
    assert [(one.key, one.rank, one.outcome) for one in found] == [
        ("cup", 1, "shown"),
        ("tea", 0, "in the basket"),
        ("jam", 2, "not for sale"),
        ("milk", 0, "no list of these products holds it"),
        ("never", 0, "no longer exists"),
    ]


def test_rules_are_named_beside_what_they_did(store):
    add_orders(store, "tea cup", "tea cup", "tea jam", "milk")
    train()
    for effect, value, factor in (("pin", "milk", None), ("exclude", "cup", None)):
        MerchandisingRule.objects.create(name="May", effect=effect, value=value, factor=factor)
    MerchandisingRule.objects.create(name="Sweet", effect="boost", value="jam", factor=2)
    found = explain(["tea"], 2, Scope(), 5)
    assert [(one.key, one.rules, one.outcome) for one in found] == [
        ("cup", ("exclude (May)",), "excluded by a rule"),
        ("jam", ("boost × 2 (Sweet)",), "shown"),
        ("milk", ("pin (May)",), "shown"),
    ]
