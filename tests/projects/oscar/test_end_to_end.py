"""Day one of a django-oscar store: the orders it has, in; suggestions, out."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from recommendations.services.serving import frequently_bought_with
from recommendations.services.surfaces import trending
from recommendations.stores.base import Actor
from tests.projects.oscar import goods
from tests.projects.oscar.partner.strategy import MEMBERS_ONLY

pytestmark = pytest.mark.django_db


def best(product, **kwargs):
    (answer,) = frequently_bought_with([[str(product.pk)]], 1, **kwargs)
    return answer.items[0]


def test_historic_orders_train_and_are_served(shelf, capsys):
    call_command("train_recommendations")
    assert "from 60 orders of 4 products" in capsys.readouterr().out
    suggestion = best(shelf["pot"])
    assert suggestion.key == str(shelf["lid"].pk)
    assert suggestion.reason == "In 30 of 30 orders with pot"


def test_who_asks_decides_what_is_suggested(shelf, rf):
    call_command("train_recommendations", verbosity=0)
    lid = shelf["lid"]
    goods.Product.objects.filter(pk=lid.pk).update(title=f"{MEMBERS_ONLY}: lid")
    request = rf.get("/")
    request.user = AnonymousUser()
    assert best(shelf["pot"], actor=Actor(request=request)).key != str(lid.pk)


def test_each_category_has_what_is_in_demand_in_it_and_below(shelf):
    category = goods.category("Kitchen", "Pots")
    for name in ("pot", "lid"):
        shelf[name].categories.add(category)
    call_command("train_recommendations", verbosity=0)
    found = trending(2, category=str(category.get_parent().pk))
    assert {one.key for one in found.items} == {str(shelf[name].pk) for name in ("pot", "lid")}
