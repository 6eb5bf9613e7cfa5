"""Somebody else's answers like nothing at all: every id, in every place that takes one."""

import pytest

from shop.graphql.queries import NODES
from shop.graphql.schema import schema
from tests import factories
from tests.shop.graphql.conftest import global_id


@pytest.fixture
def theirs(db):
    """What belongs to another customer, by type."""
    other = factories.customer()
    cart = factories.cart([(factories.variant(), 1)], owner=other)
    order = factories.order(["X"], customer=other)
    return {"Cart": cart, "CartLine": cart.lines.get(), "Order": order}


def callers():
    yield "guest", None
    yield "another customer", lambda: factories.customer().user
    yield "an account that never bought", factories.user


@pytest.fixture(params=[maker for _, maker in callers()], ids=[name for name, _ in callers()])
def stranger(request, api):
    if request.param:
        api.client.force_login(request.param())
    return api


def unknown(kind, instance):
    """An id of the same type that never existed."""
    from uuid import uuid4

    from strawberry.relay import to_base64

    return to_base64(kind, uuid4() if kind == "Cart" else instance.pk + 10_000)


MUTATIONS = {
    "cartLinesAdd": "cartLinesAdd(cartId: $id, lines: [])",
    "cartLinesUpdate": "cartLinesUpdate(cartId: $id, lines: [])",
    "cartLinesRemove": "cartLinesRemove(cartId: $id, lineIds: [])",
    "cartBuyerIdentityUpdate": "cartBuyerIdentityUpdate(cartId: $id)",
    "cartCheckout": (
        'cartCheckout(cartId: $id, input: {email: "a@example.com", idempotencyKey: "k"})'
    ),
}


@pytest.mark.parametrize("kind", ["Cart", "CartLine", "Order"])
def test_node(stranger, theirs, kind):
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert stranger(query, id=global_id(theirs[kind])) == {"node": None}


@pytest.mark.parametrize(("field", "kind"), [("cart", "Cart"), ("order", "Order")])
def test_fields(stranger, theirs, field, kind):
    query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
    assert stranger(query, id=global_id(theirs[kind])) == {field: None}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_mutations_answer_as_for_an_unknown_id(stranger, theirs, mutation):
    answers = "cart { id } userErrors { code message field }"
    query = f"mutation($id: ID!) {{ it: {mutation} {{ {answers} }} }}"
    answer = stranger(query, id=global_id(theirs["Cart"]))
    assert answer["it"]["cart"] is None
    assert answer == stranger(query, id=unknown("Cart", theirs["Cart"]))
    assert theirs["Cart"].lines.count() == 1


def test_the_matrix_has_every_mutation():
    assert set(schema._schema.mutation_type.fields) == {*MUTATIONS, "cartCreate"}


def test_owners_and_staff_see_it(api, theirs):
    query = "query($id: ID!) { node(id: $id) { id } }"
    for account in (theirs["Cart"].customer.user, factories.staff()):
        api.client.force_login(account)
        for instance in theirs.values():
            assert api(query, id=global_id(instance)) == {"node": {"id": global_id(instance)}}


def test_every_type_with_an_id_says_who_may_open_it():
    nodes = {
        name
        for name, kind in schema._schema.type_map.items()
        if "Node" in {interface.name for interface in getattr(kind, "interfaces", ())}
    }
    assert nodes == set(NODES)


@pytest.mark.parametrize("kind", ["Category", "Customer", "Nonsense", "OrderLine", "User"])
def test_types_that_do_not_fit_open_nothing(api, theirs, kind):
    from strawberry.relay import to_base64

    for key in ("1", "x", "", str(theirs["Cart"].pk)):
        answer = api("query($id: ID!) { node(id: $id) { id } }", id=to_base64(kind, key))
        assert answer == {"node": None}
