"""What happens in the shop is told to `analytics`, with the list a product was chosen from."""

from decimal import Decimal

import pytest

from analytics.models import Event, Visitor
from analytics.services.visitors import identify
from recommendations.services.suggestions import Suggestions
from recommendations.services.tokens import make_token
from shop.orders import services as orders
from shop.orders.models import OrderLine, OrderStatus
from shop.reviews.models import ReviewStatus
from shop.reviews.services import moderate
from shop.support.services import TicketRequest, change_status, open_ticket
from tests import factories
from tests.analytics.requests import CHROME, browser
from tests.shop.graphql.conftest import Api, global_id

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = make_token(Suggestions(surface="frequently_bought_with", version="v7", seeds=("JAM",)))
CREATE = """
mutation($lines: [CartLineInput!]!) {
  cartCreate(input: {lines: $lines}) {
    cart { id lines { edges { node { id } } } }
    userErrors { message }
    warnings { code field }
  }
}
"""
CHECKOUT = """
mutation($cart: ID!) {
  cartCheckout(cartId: $cart, input: {email: "a@b.example", idempotencyKey: "k"}) {
    order { number }
  }
}
"""


@pytest.fixture
def visitor(client):
    """A browser that we know."""
    caller = identify(browser(), issue=True)
    client.defaults |= {"HTTP_USER_AGENT": CHROME, "HTTP_X_VISITOR_ID": caller.visitor_id}
    return caller


@pytest.fixture
def api(client, visitor):
    return Api(client)


def wish(product, quantity=1, token=None):
    merchandise = global_id(product.variants.get())
    return {"merchandiseId": merchandise, "quantity": quantity, "suggestionToken": token}


def test_a_suggestion_is_followed_from_the_cart_to_the_purchase(api, visitor):
    tea, cup = factories.product("TEA", price="2.50"), factories.product("CUP", price="8.00")
    made = api(CREATE, lines=[wish(tea, 2, TOKEN), wish(cup)])["cartCreate"]
    assert made["warnings"] == []
    number = api(CHECKOUT, cart=made["cart"]["id"])["cartCheckout"]["order"]["number"]

    assert OrderLine.objects.get(product_code="TEA").suggestion_token == TOKEN
    rows = Event.objects.order_by("pk").values_list(
        "kind", "product_key", "quantity", "amount", "surface", "version", "order_key", "visitor"
    )
    assert list(rows) == [
        (kind, product, quantity, Decimal(amount), surface, version, order, visitor.visitor)
        for kind, order in (("CART_ADD", ""), ("PURCHASE", number))
        for product, quantity, amount, surface, version in (
            ("TEA", 2, "5.00", "frequently_bought_with", "v7"),
            ("CUP", 1, "8.00", "", ""),
        )
    ]
    assert len({event.cart_key for event in Event.objects.all()}) == 1
    assert len({event.token for event in Event.objects.filter(product_key="TEA")}) == 1


def test_a_made_up_token_is_a_warning_and_no_reason_not_to_sell(api):
    made = api(CREATE, lines=[wish(factories.product("TEA"), 1, "made up")])["cartCreate"]
    assert made["warnings"] == [{"code": "BAD_TOKEN", "field": ["lines", "0", "suggestionToken"]}]
    assert len(made["cart"]["lines"]["edges"]) == 1
    assert Event.objects.get().token == ""


def test_more_fewer_and_none_of_a_line(api):
    tea = factories.product("TEA", price="2.50")
    cart = api(CREATE, lines=[wish(tea, 2)])["cartCreate"]["cart"]
    line = cart["lines"]["edges"][0]["node"]["id"]
    update = """mutation($cart: ID!, $line: ID!, $n: Int!) {
      cartLinesUpdate(cartId: $cart, lines: [{id: $line, quantity: $n}]) { cart { id } }
    }"""
    for quantity in (5, 5, 4):
        api(update, cart=cart["id"], line=line, n=quantity)
    remove = """mutation($cart: ID!, $line: ID!) {
      cartLinesRemove(cartId: $cart, lineIds: [$line]) { cart { id } }
    }"""
    api(remove, cart=cart["id"], line=line)
    assert list(Event.objects.order_by("pk").values_list("kind", "quantity", "amount")) == [
        ("CART_ADD", 2, Decimal("5.00")),
        ("CART_ADD", 3, Decimal("7.50")),
        ("CART_REMOVE", 1, Decimal("2.50")),
        ("CART_REMOVE", 4, Decimal("10.00")),
    ]


def test_whoever_must_not_be_tracked_buys_without_a_trace(api, client):
    client.defaults["HTTP_SEC_GPC"] = "1"
    cart = api(CREATE, lines=[wish(factories.product("TEA"))])["cartCreate"]["cart"]
    assert api(CHECKOUT, cart=cart["id"])["cartCheckout"]["order"]
    assert not Event.objects.exists()


@pytest.fixture
def ann():
    """A customer whose phone we know."""
    customer = factories.customer()
    Visitor.objects.create(pseudonym="a" * 32, person=str(customer.user_id))
    return customer


def test_a_refund_names_whose_it_was(ann):
    order = factories.order(["TEA"], customer=ann, status=OrderStatus.PAID, quantity=3)
    orders.refund(order, by=factories.staff())
    event = Event.objects.get()
    assert (event.kind, event.order_key, event.product_key) == ("REFUND", order.number, "TEA")
    assert (event.person, event.quantity, event.visitor) == (str(ann.user_id), 3, "")


def test_a_review_counts_once_it_is_published(ann):
    review = factories.review(
        factories.product("TEA"), rating=2, author=ann, status=ReviewStatus.PENDING
    )
    moderate(review, ReviewStatus.PUBLISHED, by=factories.staff())
    event = Event.objects.get()
    assert (event.kind, event.product_key, event.rating) == ("REVIEW", "TEA", 2)
    assert event.person == str(ann.user_id)


def test_a_ticket_is_opened_and_closed(ann):
    order = factories.order(["TEA"], customer=ann)
    request = TicketRequest("Late", "Where is it?", about_order=True, order_id=order.pk)
    ticket = open_ticket(ann.user, request)
    change_status(ticket, "CLOSED")
    assert list(Event.objects.order_by("pk").values_list("kind", "order_key")) == [
        ("SUPPORT_OPENED", order.number),
        ("SUPPORT_CLOSED", order.number),
    ]
    assert Event.objects.first().payload["category"] == ticket.category
