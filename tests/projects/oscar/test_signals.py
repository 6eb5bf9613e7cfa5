"""What visitors do on Oscar's own pages is told to `analytics`."""

from decimal import Decimal

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_class, get_model

from analytics.middleware import visitor_middleware
from analytics.models import Event, Visitor
from analytics.services import ingest
from analytics.services.visitors import identify
from tests.analytics.requests import CHROME, browser
from tests.projects.oscar import goods

Country = get_model("address", "Country")
OrderTotalCalculator = get_class("checkout.calculators", "OrderTotalCalculator")
OrderCreator = get_class("order.utils", "OrderCreator")
Free = get_class("shipping.methods", "Free")
Selector = get_class("partner.strategy", "Selector")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(client):
    client.defaults["HTTP_USER_AGENT"] = CHROME
    return client


@pytest.fixture
def visitor(client):
    """The pseudonym of a browser that we know."""
    caller = identify(browser(), issue=True)
    client.cookies["visitor"] = caller.visitor_id
    return caller.visitor


@pytest.fixture
def shirt(db):
    """A parent whose child L is sold."""
    parent = goods.product("Shirt", structure="parent")
    goods.product("L", parent=parent, structure="child", price="12.50")
    return parent


def told(*columns):
    """Those columns of all events but page views."""
    rows = Event.objects.exclude(kind="PAGE_VIEW").order_by("pk")
    return list(rows.values_list(*columns, flat=len(columns) == 1))


def add(client, product, quantity=1, **fields):
    url = f"/basket/add/{product.pk}/"
    assert client.post(url, {"quantity": quantity} | fields).status_code == 302


def filled(*products, **fields):
    """A basket that an order can be placed with."""
    basket = goods.Basket.objects.create(**fields)
    basket.strategy = Selector().strategy()
    for one in products:
        basket.add_product(one, 2)
    return basket


def place(basket, **fields):
    """As a payment service's call or an import does: without a view."""
    shipping = Free()
    charge = shipping.calculate(basket)
    made = OrderCreator().place_order(
        basket=basket,
        total=OrderTotalCalculator().calculate(basket, charge),
        shipping_method=shipping,
        shipping_charge=charge,
        **fields,
    )
    return goods.Order.objects.get(pk=made.pk)


def test_a_product_that_was_looked_at(client, visitor, shirt):
    assert client.get(shirt.get_absolute_url()).status_code == 200
    assert told("kind", "product_key", "visitor") == [("PRODUCT_VIEW", str(shirt.pk), visitor)]


def test_a_page_with_a_product_on_it_is_one_insert(client, visitor, shirt):
    with CaptureQueriesContext(connection) as queries:
        client.get(shirt.get_absolute_url())
    inserts = [one["sql"] for one in queries if one["sql"].startswith("INSERT")]
    assert len([one for one in inserts if Event._meta.db_table in one]) == 1
    kinds = Event.objects.order_by("kind").values_list("kind", flat=True)
    assert list(kinds) == ["PAGE_VIEW", "PRODUCT_VIEW"]


def test_the_first_page_of_a_visit_belongs_to_the_device_that_begins_it(client, shirt):
    assert "visitor" in client.get(shirt.get_absolute_url()).cookies
    events = Event.objects.values_list("kind", "visitor")
    pseudonym = Visitor.objects.get().pseudonym
    assert set(events) == {("PRODUCT_VIEW", pseudonym), ("PAGE_VIEW", pseudonym)}
    assert "visitor" not in client.get(shirt.get_absolute_url()).cookies


@pytest.mark.parametrize(
    "header",
    [{"dnt": "1"}, {"sec-gpc": "1"}, {"user-agent": "Googlebot/2.1"}],
    ids=lambda header: next(iter(header)),
)
def test_whoever_must_not_be_tracked_leaves_no_trace(client, shirt, header):
    assert client.get(shirt.get_absolute_url(), headers=header).status_code == 200
    assert not Event.objects.exists()


def test_a_search_is_told_unless_nothing_was_asked(client, visitor):
    for asked in (" green tea ", "x" * 300, "  "):
        assert client.get("/search/", {"q": asked}).status_code == 200
    assert told("kind", "query", "visitor") == [
        ("SEARCH", "green tea", visitor),
        ("SEARCH", "x" * 200, visitor),
    ]


def test_a_child_that_is_put_in_the_basket_counts_for_its_parent(client, visitor, shirt):
    child = shirt.children.get()
    add(client, shirt, 3, child_id=child.pk)
    add(client, shirt, 1, child_id=child.pk)
    assert told("kind", "product_key", "quantity", "amount", "currency", "visitor") == [
        ("CART_ADD", str(shirt.pk), 3, Decimal("37.50"), "GBP", visitor),
        ("CART_ADD", str(shirt.pk), 1, Decimal("12.50"), "GBP", visitor),
    ]
    assert len(set(told("cart_key")) - {""}) == 1


def test_a_refused_form_is_no_addition(client, shirt):
    add(client, shirt, 0, child_id=shirt.children.get().pk)
    assert told("kind") == []


def test_from_the_basket_through_the_checkout_to_the_purchase(client, visitor):
    user, pot = goods.user(), goods.product("pot")
    client.force_login(user)
    Country.objects.create(
        iso_3166_1_a2="GB", printable_name="Britain", name="Britain", is_shipping_country=True
    )
    address = {
        "first_name": "Ann",
        "last_name": "Example",
        "line1": "1 High Street",
        "line4": "Leeds",
        "postcode": "LS1 1AA",
        "country": "GB",
    }
    add(client, pot, 2)
    assert client.get("/checkout/").status_code == 302
    assert client.post("/checkout/shipping-address/", address).status_code == 302
    assert client.get("/checkout/shipping-method/").status_code == 302
    placed = client.post("/checkout/preview/", {"action": "place_order"})
    assert placed.headers["Location"] == "/checkout/thank-you/"

    number = goods.Order.objects.get().number
    key = str(pot.pk)
    assert told("kind", "product_key", "order_key", "quantity", "amount") == [
        ("CART_ADD", key, "", 2, Decimal("20.00")),
        ("CHECKOUT_START", "", "", None, None),
        ("PURCHASE", key, number, 2, Decimal("20.00")),
    ]
    assert set(told("visitor", "person")) == {(visitor, str(user.pk))}
    assert len(set(told("cart_key"))) == 1
    assert told("cart_key")[0] != ""


@pytest.fixture
def ann():
    """Somebody whose device we know."""
    user = goods.user()
    Visitor.objects.create(pseudonym="a" * 32, person=str(user.pk))
    return user


def order_of(user, *products):
    return place(filled(*products, owner=user), user=user)


def test_an_order_is_told_line_by_line_also_without_a_request(ann, shirt):
    pot = goods.product("pot")
    order = order_of(ann, shirt.children.get(), pot)
    assert told("kind", "product_key", "order_key", "quantity", "amount", "person") == [
        ("PURCHASE", str(shirt.pk), order.number, 2, Decimal("25.00"), str(ann.pk)),
        ("PURCHASE", str(pot.pk), order.number, 2, Decimal("20.00"), str(ann.pk)),
    ]


def test_an_order_without_a_request_is_stored_only_of_a_person_whose_device_is_known():
    order = order_of(goods.user(), goods.product())
    order.set_status("Cancelled")
    place(filled(goods.product()))
    assert told("kind") == []


def test_a_payment_service_that_places_an_order_is_not_who_bought(ann):
    def pay(request):
        order_of(ann, goods.product())
        return HttpResponse()

    request = browser(user_agent="payments/1.0")
    visitor_middleware(pay)(request)
    request.close()
    assert told("kind", "person", "device") == [("PURCHASE", str(ann.pk), "")]


def test_an_order_that_is_not_committed_was_not_placed():
    basket = filled(goods.product())
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        place(basket)
        1 / 0  # noqa: B018
    assert told("kind") == []


def test_an_order_that_is_cancelled_is_taken_back_once(ann):
    order = order_of(ann, goods.product("pot"), goods.product("lid"))
    order.set_status("Cancelled")
    (pot, lid) = order.lines.all()
    lines = [(str(line.product_id), 2, Decimal("20.00")) for line in (pot, lid)]
    refunds = Event.objects.filter(kind="REFUND", order_key=order.number).order_by("pk")
    assert list(refunds.values_list("product_key", "quantity", "amount")) == lines
    order.status = "Pending"
    order.set_status("Cancelled")
    assert refunds.count() == 2


def test_a_line_that_is_cancelled_is_taken_back_alone(ann, monkeypatch):
    monkeypatch.setattr(goods.Line, "pipeline", {"": ("Cancelled",)})
    order = order_of(ann, goods.product("pot"), goods.product("lid"))
    order.lines.last().set_status("Cancelled")
    order.set_status("Sent")
    refund = Event.objects.get(kind="REFUND")
    assert refund.product_key == str(order.lines.last().product_id)


def test_a_review(client, visitor):
    pot = goods.product("pot")
    user = goods.user()
    client.force_login(user)
    url = f"{pot.get_absolute_url()}reviews/add/"
    assert client.post(url, {"title": "Good", "score": 4, "body": "Holds tea."}).status_code == 302
    assert told("kind", "product_key", "rating", "visitor", "person") == [
        ("REVIEW", str(pot.pk), 4, visitor, str(user.pk))
    ]


def test_what_cannot_be_stored_costs_nobody_their_page(client, visitor, shirt, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise DatabaseError("full")

    monkeypatch.setattr(ingest, "store", fail)
    add(client, shirt, child_id=shirt.children.get().pk)
    assert "1 events of a request were not stored" in caplog.text
    assert place(filled(goods.product())).number


def problems():
    return {one.id: one for one in run_checks() if one.id.startswith("boughtwith_analytics")}


def test_the_checks_are_clean_here():
    assert problems() == {}


def test_the_middleware_must_be_there(settings):
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "visitor" not in one]
    assert "visitor_middleware" in problems()["boughtwith_analytics.E201"].msg


def test_a_status_that_no_pipeline_has_is_named_with_the_legal_ones(settings):
    settings.ANALYTICS = {"OSCAR_TAKEN_BACK": ["Canceled"]}
    found = problems()["boughtwith_analytics.E202"]
    assert "'Canceled'" in found.msg
    assert found.hint == "Legal: 'Cancelled', 'Pending', 'Sent'."
