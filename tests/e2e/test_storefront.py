"""The storefront in a real browser: what a visitor does there is what the shop learns of."""

import time

import pytest

from analytics.models import Event
from recommendations.services.training import train_all
from shop.orders.models import Order
from tests import factories
from tests.analytics.requests import CHROME

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(chromium, live_server):
    """Of a visitor, as no bot calls itself."""
    context = chromium.new_context(user_agent=CHROME)
    opened = context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.goto(live_server.url)
    yield opened
    context.close()


@pytest.fixture
def tea_shop():
    """Tea and cups are ordered together, by enough people to say so."""
    for code in ("TEA", "CUP", "JAM"):
        factories.product(code, title=code.title())
    for _ in range(10):
        factories.order(["TEA", "CUP"], customer=factories.customer(user=None))
    train_all(force=True)


def wait_until(holds, seconds=10):
    """Events are written after the answer to what they tell of."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def test_a_visit_from_a_look_to_the_order(tea_shop, page):
    page.get_by_label("More about Tea").click()
    page.get_by_role("definition").filter(has_text="Cup").first.wait_for()
    page.get_by_role("button", name="Add Tea").click()
    page.locator("#suggestions").get_by_role("button", name="Add Cup").click()
    page.get_by_role("button", name="Remove Cup").wait_for()
    page.get_by_label("E-mail").fill("ann@example.com")
    page.get_by_role("button", name="Order").click()
    page.get_by_text("Thank you").wait_for()
    order = Order.objects.get(email="ann@example.com")
    assert {line.product_code for line in order.lines.all()} == {"TEA", "CUP"}
    expected = {
        ("PAGE_VIEW", ""), ("PRODUCT_VIEW", "TEA"), ("CART_ADD", "TEA"), ("IMPRESSION", "CUP"),
        ("CLICK", "CUP"), ("CART_ADD", "CUP"), ("CHECKOUT_START", ""), ("PURCHASE", "TEA"),
        ("PURCHASE", "CUP"),
    }  # fmt: skip
    told = Event.objects.exclude(visitor="")
    wait_until(lambda: expected <= set(told.values_list("kind", "product_key")))
    assert told.values("visitor").distinct().count() == 1
    assert Event.objects.get(kind="PURCHASE", product_key="CUP").surface == "frequently_bought_with"
    assert page.complaints == []
