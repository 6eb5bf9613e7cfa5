"""Oscar's product and basket pages with one template override each."""

import pytest
from django.core.management import call_command

from tests.projects.oscar import goods
from tests.projects.oscar.partner.strategy import MEMBERS_ONLY

HEADING = "Frequently bought with"


@pytest.fixture
def shelf(shelf):
    call_command("train_recommendations", verbosity=0)
    return shelf


def section(response):
    """What the page shows under our heading, without line breaks."""
    assert response.status_code == 200
    _, _, rest = response.content.decode().partition('<section class="frequently-bought-with"')
    shown, _, _ = rest.partition("</section>")
    return " ".join(shown.split())


def test_the_product_page_shows_what_goes_with_the_product(client, shelf):
    shown = section(client.get(shelf["pot"].get_absolute_url()))
    assert HEADING in shown
    first = shown.split("<li>")[1]
    assert f'<a href="{shelf["lid"].get_absolute_url()}">lid</a>' in first
    assert "<small>In 30 of 30 orders with pot</small>" in first


def test_a_product_for_members_is_shown_to_members(client, shelf):
    goods.Product.objects.filter(pk=shelf["lid"].pk).update(title=f"{MEMBERS_ONLY}: lid")
    url = shelf["pot"].get_absolute_url()
    assert MEMBERS_ONLY not in section(client.get(url))
    client.force_login(goods.user())
    assert MEMBERS_ONLY in section(client.get(url))


def test_the_basket_page_shows_what_goes_with_all_that_is_in_it(client, shelf):
    user = goods.user()
    client.force_login(user)
    goods.basket([shelf["pot"], shelf["cup"]], owner=user)
    shown = section(client.get("/basket/"))
    assert {name for name in shelf if f">{name}</a>" in shown} == {"lid", "saucer"}


def test_an_empty_basket_shows_what_is_popular_and_says_so(client, shelf):
    shown = section(client.get("/basket/"))
    assert shown.count("Popular in this store") == 4


def test_before_the_first_training_pages_are_as_they_were(client, db):
    response = client.get(goods.product().get_absolute_url())
    assert response.status_code == 200
    assert HEADING not in response.content.decode()


def test_scripts_get_the_same_as_json(client, shelf):
    pot, lid = shelf["pot"], shelf["lid"]
    answer = client.get("/recommendations/suggestions/", {"products": pot.pk, "first": 1}).json()
    (shown,) = answer["suggestions"]
    assert answer["modelVersion"].startswith("v")
    assert (shown["key"], shown["title"], shown["url"]) == (
        str(lid.pk),
        "lid",
        lid.get_absolute_url(),
    )
    assert (shown["source"], shown["pairOrders"], shown["becauseOf"]) == (
        "BOUGHT_TOGETHER",
        30,
        [str(pot.pk)],
    )
