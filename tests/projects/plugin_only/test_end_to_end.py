"""Day one of a store that has never heard of us: its orders in, suggestions out."""

import pytest
from django.apps import apps
from django.core.management import call_command

from recommendations.models import LiveVersion
from recommendations.services.serving import frequently_bought_with
from recommendations.services.surfaces import trending
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


def test_each_category_has_what_is_in_demand_in_it_and_below():
    made = toys.fill(toys.TOGETHER)
    for name in ("train", "rails"):
        made[name].department = toys.department(["Outdoors", "Railways"])
        made[name].save()
    call_command("train_recommendations", verbosity=0)
    outdoors = trending(2, category=str(made["rails"].department.inside.pk))
    assert {one.key for one in outdoors.items} == {str(made[n].pk) for n in ("train", "rails")}


def test_where_nothing_goes_with_a_product_its_category_is_asked_first():
    made = toys.fill(toys.TOGETHER)
    new = toys.Toy.objects.create(name="New", department=toys.department(["Dolls"]))
    toys.Toy.objects.filter(pk=made["dress"].pk).update(department=new.department)
    call_command("train_recommendations", verbosity=0)
    (answer,) = frequently_bought_with([[str(new.pk)]], 1)
    assert [one.key for one in answer.items] == [str(made["dress"].pk)]
