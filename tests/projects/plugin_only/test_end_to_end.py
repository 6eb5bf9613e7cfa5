"""Day one of a store that has never heard of us: its orders in, suggestions out."""

import pytest
from django.apps import apps
from django.core.management import call_command

from recommendations.models import LiveVersion
from recommendations.services.serving import frequently_bought_with
from recommendations.stores.base import Actor
from tests.projects.plugin_only import toys

pytestmark = pytest.mark.django_db


def test_no_app_of_the_shop_is_installed():
    assert [app.name for app in apps.get_app_configs() if app.name.startswith("shop")] == []


def test_historic_orders_train_and_are_served(capsys):
    made = toys.fill(toys.TOGETHER)
    call_command("train_recommendations")
    assert "from 60 orders of 5 products" in capsys.readouterr().out
    assert LiveVersion.objects.filter(surface="frequently_bought_with").count() == 1
    (answer,) = frequently_bought_with([[str(made["doll"].pk)]], 1)
    (best,) = answer.items
    assert best.key == str(made["dress"].pk)
    assert best.evidence.pair_orders == 30
    assert best.reason == "In 30 of 30 orders with Doll"


def test_the_terminal_answers_for_a_variant_too(toy_box, capsys):
    call_command("suggest", toy_box["doll"].colours.get().sku, first=1)
    assert str(toy_box["dress"].pk) in capsys.readouterr().out


def test_what_is_not_sold_to_the_caller_is_not_suggested(toy_box):
    dress = toy_box["dress"]
    type(dress).objects.filter(pk=dress.pk).update(for_grown_ups=True)
    (answer,) = frequently_bought_with([[str(toy_box["doll"].pk)]], 4, actor=Actor())
    assert len(answer.items) == 3
    assert str(dress.pk) not in [one.key for one in answer.items]
