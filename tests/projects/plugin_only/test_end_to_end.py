"""Day one of a store that has never heard of us: its orders in, suggestions out."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import call_command

from recommendations.models import LiveVersion
from recommendations.services.serving import frequently_bought_with
from recommendations.stores.base import Actor
from recommendations.testing import NOON, World, WorldOrder, WorldProduct
from tests.projects.plugin_only import toys

pytestmark = pytest.mark.django_db
TOGETHER = {"train": "rails", "rails": "train", "doll": "dress", "dress": "doll"}
WORLD = World(
    products=tuple(WorldProduct(name, name.title()) for name in (*TOGETHER, "ball")),
    orders=tuple(
        WorldOrder(
            str(number),
            ("train", "rails", "ball") if number % 2 else ("doll", "dress"),
            buyer=f"shopper {number % 20}",
            ordered_at=NOON + timedelta(hours=number),
        )
        for number in range(60)
    ),
)


def test_no_app_of_the_shop_is_installed():
    assert [app.name for app in apps.get_app_configs() if app.name.startswith("shop")] == []


def test_historic_orders_train_and_are_served(capsys):
    made = toys.fill(WORLD)
    call_command("train_recommendations")
    assert "from 60 orders of 5 products" in capsys.readouterr().out
    assert LiveVersion.objects.count() == 1
    baskets = [[str(made[name].pk)] for name in TOGETHER]
    answers = frequently_bought_with(baskets, 1)
    names = {str(toy.pk): name for name, toy in made.items()}
    best = {name: answer.items[0] for name, answer in zip(TOGETHER, answers, strict=True)}
    assert names[best["doll"].key] == "dress"
    assert names[best["train"].key] in ("rails", "ball")  # in the same 30 orders
    assert best["doll"].evidence.pair_orders == 30
    assert best["doll"].reason == "In 30 of 30 orders with Doll"


def test_the_terminal_answers_for_a_variant_too(capsys):
    made = toys.fill(WORLD)
    call_command("train_recommendations")
    call_command("suggest", made["doll"].colours.get().sku, first=1)
    assert str(made["dress"].pk) in capsys.readouterr().out


def test_what_is_not_sold_to_the_caller_is_not_suggested():
    made = toys.fill(WORLD)
    call_command("train_recommendations", verbosity=0)
    type(made["dress"]).objects.filter(pk=made["dress"].pk).update(for_grown_ups=True)
    (answer,) = frequently_bought_with([[str(made["doll"].pk)]], 4, actor=Actor())
    assert str(made["dress"].pk) not in [one.key for one in answer.items]
