"""Why a product is missing."""

import pytest

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
