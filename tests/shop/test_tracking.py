"""What happens in the shop is told to `analytics`, with the list a product was chosen from."""

from decimal import Decimal

import pytest
from django.utils.timezone import localdate

from analytics.models import Event, Visitor
from analytics.services import privacy
from analytics.services.reports import products, reviews, support
from analytics.services.reports.base import Filters
from analytics.services.rollup import roll_up
from analytics.services.visitors import identify
from recommendations.services.suggestions import Suggestions
from shop.orders import services as orders
from shop.orders.models import OrderLine, OrderStatus
from shop.reviews.models import ReviewStatus
from shop.reviews.services import ReviewText, delete, moderate, submit
from shop.support.models import Ticket
from shop.support.services import change_status
from tests import factories
from tests.analytics.requests import CHROME, browser
from tests.shop.graphql.conftest import Api, global_id

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = Suggestions(surface="frequently_bought_with", version="v7", seeds=("JAM",)).token
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


OPEN = "mutation($input: TicketInput!) { ticketOpen(input: $input) { userErrors { message } } }"


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


def bought(api, product, quantity=1):
    """The order of a product that has been paid."""
    cart = api(CREATE, lines=[wish(product, quantity)])["cartCreate"]["cart"]
    number = api(CHECKOUT, cart=cart["id"])["cartCheckout"]["order"]["number"]
    order = orders.Order.objects.get(number=number)
    for status in (OrderStatus.CONFIRMED, OrderStatus.PAID):
        orders.change_status(order, status)
    return order


@pytest.fixture
def ann():
    """A customer whose phone we know."""
    customer = factories.customer()
    Visitor.objects.create(pseudonym="a" * 32, person=str(customer.user_id))
    return customer


def test_whoever_must_not_be_tracked_buys_and_asks_without_a_trace(api, client, ann):
    """Not even later, when staff take the order back and close the ticket, and with a device that
    is known since."""
    client.defaults["HTTP_SEC_GPC"] = "1"
    client.force_login(ann.user)
    order = bought(api, factories.product("TEA"))
    opened = api(OPEN, input={"subject": "Late", "body": "?", "orderId": global_id(order)})
    assert opened["ticketOpen"]["userErrors"] == []
    orders.refund(order, by=factories.staff())
    change_status(Ticket.objects.get(), "CLOSED")
    assert not Event.objects.exists()


def test_a_refund_names_whose_it_was(api, client, ann):
    client.force_login(ann.user)
    order = bought(api, factories.product("TEA"), 3)
    orders.refund(order, by=factories.staff())
    event = Event.objects.get(kind="REFUND")
    assert (event.order_key, event.product_key) == (order.number, "TEA")
    assert (event.person, event.quantity, event.visitor) == (str(ann.user_id), 3, "")


def test_a_refund_of_a_guest_counts_and_names_no_order(api, visitor):
    orders.refund(bought(api, factories.product("TEA"), 3), by=factories.staff())
    event = Event.objects.get(kind="REFUND")
    assert (event.product_key, event.quantity) == ("TEA", 3)
    assert (event.person, event.visitor, event.order_key, event.payload) == ("", "", "", {})


def test_after_an_erasure_nothing_leads_to_an_order_of_the_person(api, client, visitor, ann):
    """With what they did as a guest, on a device that they log in with later."""
    as_guest = bought(api, factories.product("TEA"))
    orders.refund(as_guest, by=factories.staff())
    client.force_login(ann.user)
    orders.refund(bought(api, factories.product("CUP")), by=factories.staff())
    Visitor.objects.create(pseudonym=visitor.visitor, person=str(ann.user_id))
    privacy.erase([str(ann.user_id)])
    assert list(Event.objects.values_list("kind", "product_key", "order_key")) == [
        ("REFUND", "TEA", "")
    ]


def test_a_review_counts_once_it_is_published(ann):
    review = factories.review(
        factories.product("TEA"), rating=2, author=ann, status=ReviewStatus.PENDING
    )
    moderate(review, ReviewStatus.PUBLISHED, by=factories.staff())
    event = Event.objects.get()
    assert (event.kind, event.product_key, event.rating) == ("REVIEW", "TEA", 2)
    assert event.person == str(ann.user_id)


def test_reports_count_a_review_while_it_is_published_with_the_rating_it_has(ann):
    tea, member = factories.product("TEA"), factories.staff()
    today = Filters(start=localdate(), end=localdate())

    def stars():
        """How many gave 1 and 5, and the mean rating of the product."""
        roll_up()
        found = {row.stars: row.reviews for row in reviews.report(today).stars}
        return found.get(1), found.get(5), [row.rating for row in products.report(today).products]

    written = submit(tea.pk, ann.user, ReviewText(1))
    moderate(written, ReviewStatus.PUBLISHED, by=member)
    assert stars() == (1, 0, [1.0])
    submit(tea.pk, ann.user, ReviewText(5))
    assert stars() == (None, None, [])
    moderate(written, ReviewStatus.PUBLISHED, by=member)
    assert stars() == (0, 1, [5.0])
    moderate(written, ReviewStatus.REJECTED, by=member)
    assert stars() == (None, None, [])
    moderate(written, ReviewStatus.PUBLISHED, by=member)
    delete(written.pk, ann.user)
    assert stars() == (None, None, [])


def test_a_review_of_somebody_whose_device_we_do_not_know_is_no_event():
    review = factories.review(status=ReviewStatus.PENDING)
    moderate(review, ReviewStatus.PUBLISHED, by=factories.staff())
    assert not Event.objects.exists()


def test_a_ticket_is_opened_and_closed(api, client, ann):
    client.force_login(ann.user)
    order = factories.order(["TEA"], customer=ann)
    api(OPEN, input={"subject": "Late", "body": "?", "orderId": global_id(order)})
    ticket = Ticket.objects.get()
    change_status(ticket, "CLOSED")
    about = {"ticket": str(ticket.pk), "category": "OTHER"}
    rows = Event.objects.order_by("pk").values_list(
        "kind", "person", "order_key", "product_key", "payload"
    )
    assert list(rows) == [
        (kind, str(ann.user_id), order.number, "TEA", about)
        for kind in ("SUPPORT_OPENED", "SUPPORT_CLOSED")
    ]


def test_a_ticket_counts_as_closed_once_from_when_it_was_first_resolved(api, client, ann):
    client.force_login(ann.user)
    api(OPEN, input={"subject": "Late", "body": "?"})
    ticket = Ticket.objects.get()
    change_status(ticket, "RESOLVED")
    first = Event.objects.get(kind="SUPPORT_CLOSED")
    for status in ("OPEN", "RESOLVED", "CLOSED"):
        change_status(ticket, status)
    assert Event.objects.get(kind="SUPPORT_CLOSED").at == first.at
    today = Filters(start=localdate(), end=localdate())
    assert [(row.opened, row.closed) for row in support.report(today).weeks] == [(1, 1)]


def test_a_product_that_a_ticket_names_is_in_the_report(api, client, ann):
    client.force_login(ann.user)
    tea, cup = factories.product("TEA"), factories.product("CUP")
    order = factories.order(["TEA", "CUP"], customer=ann)
    wish = {"subject": "Broken", "body": "In two.", "orderId": global_id(order)}
    for product in (cup, cup, tea):
        api(OPEN, input=wish | {"productId": global_id(product)})
    api(OPEN, input=wish)
    roll_up()
    today = localdate()
    found = support.report(Filters(start=today, end=today)).products
    assert [(row.product, row.tickets) for row in found] == [("CUP", 2), ("TEA", 1)]


def test_a_ticket_of_a_guest_is_closed_without_a_name(api, visitor):
    api(OPEN, input={"subject": "Late", "body": "?", "email": "a@b.example"})
    change_status(Ticket.objects.get(), "CLOSED")
    assert list(Event.objects.order_by("pk").values_list("kind", "visitor", "payload")) == [
        (
            "SUPPORT_OPENED",
            visitor.visitor,
            {"ticket": str(Ticket.objects.get().pk), "category": "OTHER"},
        ),
        ("SUPPORT_CLOSED", "", {}),
    ]
