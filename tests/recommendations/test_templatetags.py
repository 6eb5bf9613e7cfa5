"""The template tag, on a store of plain records."""

import re

import pytest
from django.core.management import call_command
from django.template import Context, Template

from recommendations.exceptions import ConfigurationError, InvalidArgument
from recommendations.services.tokens import read_token
from tests.recommendations.conftest import add_orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(store):
    add_orders(store, "tea cup", "tea cup", "tea cup jam", "jam bread")
    call_command("train_recommendations", force=True, verbosity=0)
    return store


def render(tag, **context):
    page = Template("{% load recommendations %}" + tag).render(Context(context))
    return " ".join(page.split())


def test_a_key_gets_what_goes_with_it_and_why(trained):
    page = render("{% frequently_bought_with key first=1 %}", key="tea")
    token = re.search('data-token="([^"]+)"', page)[1]
    assert read_token(token).seeds == ("tea",)
    assert page == (
        f'<section class="frequently-bought-with" data-token="{token}"> '
        "<h2>Frequently bought with</h2> <ul> "
        "<li> CUP <small>In 3 of 3 orders with TEA</small> </li> </ul> </section>"
    )


def test_several_things_make_one_basket(trained):
    page = render("{% frequently_bought_with 'tea' 'cup' first=1 %}")
    assert "JAM" in page


def test_what_the_page_has_not_got_is_skipped(trained):
    page = render("{% frequently_bought_with missing none first=1 %}", none=None)
    assert "Popular in this store" in page


def test_a_title_can_not_break_out_of_the_page(trained):
    trained.docs["cup"] = trained.docs["cup"].__class__("cup", "<script>alert(1)</script>")
    page = render("{% frequently_bought_with 'tea' first=1 %}")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_nothing_to_show_shows_nothing(store):
    assert render("{% frequently_bought_with 'tea' %}") == ""


def test_a_scope_that_is_none_is_refused_by_name(trained):
    with pytest.raises(InvalidArgument, match="no scope 'mars': legal are default"):
        render("{% frequently_bought_with 'tea' scope='mars' %}")


def test_an_object_the_store_can_not_read_is_refused_by_name(trained):
    with pytest.raises(ConfigurationError, match="has no 'keys_of': give the key of a product"):
        render("{% frequently_bought_with thing %}", thing=object())
