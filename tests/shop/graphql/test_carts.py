"""Cart mutations: what they change, and how they refuse."""

import pytest

from shop.carts.models import Cart, CartLine
from shop.orders.models import Order
from tests import factories
from tests.shop.graphql.conftest import global_id

PAYLOAD = """
    cart { id totalQuantity cost { totalAmount { amount } }
           lines { totalCount edges { node { id quantity merchandise { sku } cost { amount } } } } }
    userErrors { code field message }
    warnings { code field message }"""
CREATE = f"mutation($input: CartInput!) {{ cartCreate(input: $input) {{ {PAYLOAD} }} }}"
ADD = f"""mutation($cart: ID!, $lines: [CartLineInput!]!) {{
    cartLinesAdd(cartId: $cart, lines: $lines) {{ {PAYLOAD} }} }}"""
UPDATE = f"""mutation($cart: ID!, $lines: [CartLineUpdateInput!]!) {{
    cartLinesUpdate(cartId: $cart, lines: $lines) {{ {PAYLOAD} }} }}"""
REMOVE = f"""mutation($cart: ID!, $lines: [ID!]!) {{
    cartLinesRemove(cartId: $cart, lineIds: $lines) {{ {PAYLOAD} }} }}"""
CLAIM = f"mutation($cart: ID!) {{ cartBuyerIdentityUpdate(cartId: $cart) {{ {PAYLOAD} }} }}"
CHECKOUT = """mutation($cart: ID!, $input: CartCheckoutInput!) {
    cartCheckout(cartId: $cart, input: $input) {
      order { id number status total { amount currencyCode }
              lines { name sku quantity unitPrice { amount currencyCode } } history { toStatus } }
      cart { status }
      userErrors { code field message } warnings { code }
    } }"""


def line(variant, quantity=1):
    return {"merchandiseId": global_id(variant), "quantity": quantity}


def skus(payload):
    return {
        edge["node"]["merchandise"]["sku"]: edge["node"]["quantity"]
        for edge in payload["cart"]["lines"]["edges"]
    }


def test_a_cart_from_nothing_to_an_order(api):
    tea = factories.variant(sku="TEA", price="4.50", stock=10)
    cup = factories.variant(sku="CUP", price="9.00", stock=10)

    created = api(CREATE, input={"lines": [line(tea, 2)]})["cartCreate"]
    cart = created["cart"]["id"]
    assert created["cart"]["totalQuantity"] == 2
    assert created["cart"]["cost"]["totalAmount"]["amount"] == "9.00"

    added = api(ADD, cart=cart, lines=[line(tea), line(cup)])["cartLinesAdd"]
    assert skus(added) == {"TEA": 3, "CUP": 1}
    assert added["cart"]["cost"]["totalAmount"]["amount"] == "22.50"

    first, second = (edge["node"]["id"] for edge in added["cart"]["lines"]["edges"])
    updated = api(UPDATE, cart=cart, lines=[{"id": first, "quantity": 1}])["cartLinesUpdate"]
    assert skus(updated) == {"TEA": 1, "CUP": 1}

    removed = api(REMOVE, cart=cart, lines=[second])["cartLinesRemove"]
    assert skus(removed) == {"TEA": 1}

    wish = {"email": "ann@example.com", "idempotencyKey": "k1"}
    ordered = api(CHECKOUT, cart=cart, input=wish)["cartCheckout"]
    assert ordered["userErrors"] == []
    assert ordered["cart"] == {"status": "ORDERED"}
    order = ordered["order"]
    assert order["total"] == {"amount": "4.50", "currencyCode": "USD"}
    assert order["lines"] == [
        {
            "name": "Product TEA",
            "sku": "TEA",
            "quantity": 1,
            "unitPrice": {"amount": "4.50", "currencyCode": "USD"},
        }
    ]
    assert order["history"] == [{"toStatus": "PENDING"}]

    again = api(CHECKOUT, cart=cart, input=wish)["cartCheckout"]
    assert again["order"]["number"] == order["number"]
    assert Order.objects.count() == 1


def test_an_empty_cart_costs_nothing(api):
    created = api(CREATE, input={})["cartCreate"]
    assert created["cart"]["totalQuantity"] == 0
    assert created["cart"]["cost"]["totalAmount"]["amount"] == "0.00"


def test_more_than_there_is_gives_what_there_is_with_a_warning(api):
    rare = factories.variant(sku="RARE", stock=3)
    added = api(CREATE, input={"lines": [line(rare, 5)]})["cartCreate"]
    assert skus(added) == {"RARE": 3}
    assert added["userErrors"] == []
    assert added["warnings"] == [
        {
            "code": "NOT_ENOUGH_STOCK",
            "field": ["lines", "0", "quantity"],
            "message": "Only 3 of Product RARE are left.",
        }
    ]


class TestRefusals:
    """Typed errors that name the field; the cart stays as it was."""

    @pytest.fixture
    def cart(self, db):
        return factories.cart([(factories.variant(sku="TEA"), 2)])

    def check(self, payload, code, field):
        assert payload["cart"] is None
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == (code, field)
        assert error["message"]

    @pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
    def test_quantities_out_of_range(self, api, cart, quantity):
        wish = [line(factories.variant()), line(factories.variant(), quantity)]
        payload = api(ADD, cart=global_id(cart), lines=wish)["cartLinesAdd"]
        self.check(payload, "INVALID_QUANTITY", ["lines", "1", "quantity"])
        assert cart.lines.count() == 1

    def test_sold_out(self, api, cart):
        wish = [line(factories.variant(stock=0))]
        payload = api(ADD, cart=global_id(cart), lines=wish)["cartLinesAdd"]
        self.check(payload, "OUT_OF_STOCK", ["lines", "0", "merchandiseId"])

    def test_an_id_of_another_type(self, api, cart):
        wish = [{"merchandiseId": global_id(factories.product()), "quantity": 1}]
        payload = api(ADD, cart=global_id(cart), lines=wish)["cartLinesAdd"]
        self.check(payload, "NOT_FOUND", ["lines", "0", "merchandiseId"])

    @pytest.mark.parametrize("key", ["Cart:1", "Cart:nonsense", "Product:1", "Cart:"])
    def test_ids_that_open_no_cart(self, api, cart, key):
        from strawberry.relay import to_base64

        payload = api(REMOVE, cart=to_base64(*key.split(":")), lines=[])["cartLinesRemove"]
        self.check(payload, "NOT_FOUND", ["cartId"])

    def test_a_line_of_another_cart(self, api, cart):
        other = factories.cart([(factories.variant(), 1)]).lines.get()
        payload = api(REMOVE, cart=global_id(cart), lines=[global_id(other)])["cartLinesRemove"]
        self.check(payload, "NOT_FOUND", ["lineIds", "0"])
        wish = [{"id": global_id(other), "quantity": 5}]
        payload = api(UPDATE, cart=global_id(cart), lines=wish)["cartLinesUpdate"]
        self.check(payload, "NOT_FOUND", ["lines", "0", "id"])
        assert CartLine.objects.filter(pk=other.pk, quantity=1).exists()

    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            ({"email": "no address", "idempotencyKey": "k"}, ["input", "email"]),
            ({"email": "a@example.com", "idempotencyKey": ""}, ["input", "idempotencyKey"]),
            ({"email": "a@example.com", "idempotencyKey": "x" * 129}, ["input", "idempotencyKey"]),
        ],
    )
    def test_checkout_input(self, api, cart, wish, field):
        payload = api(CHECKOUT, cart=global_id(cart), input=wish)["cartCheckout"]
        self.check(payload, "INVALID", field)

    def test_the_same_key_for_another_request(self, api, cart):
        wish = {"email": "a@example.com", "idempotencyKey": "k"}
        api(CHECKOUT, cart=global_id(cart), input=wish)
        other = wish | {"email": "b@example.com"}
        payload = api(CHECKOUT, cart=global_id(cart), input=other)["cartCheckout"]
        self.check(payload, "IDEMPOTENCY_CONFLICT", ["input", "idempotencyKey"])

    def test_a_guest_can_claim_nothing(self, api, cart):
        payload = api(CLAIM, cart=global_id(cart))["cartBuyerIdentityUpdate"]
        self.check(payload, "NOT_LOGGED_IN", ["cartId"])


def test_a_client_can_not_name_a_price_or_an_owner(api):
    for sneaked in ("price: 1", 'customerId: "x"', "status: ORDERED"):
        answer = api.post(f"mutation {{ cartCreate(input: {{ {sneaked} }}) {{ cart {{ id }} }} }}")
        assert answer["data"] is None
    assert Cart.objects.count() == 0


def test_a_guests_cart_becomes_the_customers(api):
    account = factories.user()
    tea, cup = factories.variant(sku="TEA"), factories.variant(sku="CUP")
    guest = factories.cart([(tea, 1), (cup, 1)])
    own = factories.cart([(tea, 2)], owner=factories.customer(user=account))
    api.client.force_login(account)
    claimed = api(CLAIM, cart=global_id(guest))["cartBuyerIdentityUpdate"]
    assert claimed["cart"]["id"] == global_id(own)
    assert skus(claimed) == {"TEA": 3, "CUP": 1}
    assert api("query($id: ID!) { cart(id: $id) { id } }", id=global_id(guest))["cart"] is None
    me = api("{ me { cart { id } orders { totalCount } } }")["me"]
    assert me == {"cart": {"id": global_id(own)}, "orders": {"totalCount": 0}}
