"""Day one of a django-oscar store: the orders it has, in; suggestions, out."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from recommendations.services.serving import frequently_bought_with
from recommendations.stores.base import Actor
from recommendations.testing import NOON
from tests.projects.oscar import goods
from tests.projects.oscar.partner.strategy import MEMBERS_ONLY

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf():
    """Sixty orders of guests: a pot goes with its lid, a cup with its saucer."""
    made = {name: goods.product(name) for name in ("pot", "lid", "cup", "saucer")}
    for number in range(60):
        pair = ("pot", "lid") if number % 2 else ("cup", "saucer")
        goods.order(
            [made[name] for name in pair],
            placed_at=NOON + timedelta(hours=number),
            guest_email=f"guest{number % 20}@example.com",
        )
    return made


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
