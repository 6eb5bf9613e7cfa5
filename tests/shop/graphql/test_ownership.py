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
    ticket = factories.ticket(other)
    return {
        "Cart": cart,
        "CartLine": cart.lines.get(),
        "Order": order,
        "Review": factories.review(author=other, status="PENDING"),
        "Ticket": ticket,
        "TicketMessage": ticket.messages.get(),
    }


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

    return to_base64(kind, uuid4() if kind in UUID_KEYS else instance.pk + 10_000)


UUID_KEYS = {"Cart", "Ticket"}
#: The type whose id it takes, what of the answer would show it, and the call.
MUTATIONS = {
    "cartLinesAdd": ("Cart", "cart { id }", "cartLinesAdd(cartId: $id, lines: [])"),
    "cartLinesUpdate": ("Cart", "cart { id }", "cartLinesUpdate(cartId: $id, lines: [])"),
    "cartLinesRemove": ("Cart", "cart { id }", "cartLinesRemove(cartId: $id, lineIds: [])"),
    "cartBuyerIdentityUpdate": ("Cart", "cart { id }", "cartBuyerIdentityUpdate(cartId: $id)"),
    "cartCheckout": (
        "Cart",
        "cart { id }",
        'cartCheckout(cartId: $id, input: {email: "a@example.com", idempotencyKey: "k"})',
    ),
    "reviewVote": ("Review", "review { id }", "reviewVote(reviewId: $id, helpful: true)"),
    "reviewDelete": ("Review", "deletedReviewId", "reviewDelete(reviewId: $id)"),
    "ticketOpen": (
        "Order",
        "ticket { id }",
        'ticketOpen(input: {subject: "s", body: "b", email: "a@example.com", orderId: $id})',
    ),
    "ticketReply": ("Ticket", "ticket { id }", 'ticketReply(ticketId: $id, body: "b")'),
    "ticketClose": ("Ticket", "ticket { id }", "ticketClose(ticketId: $id)"),
}
#: Mutations that take no id of anybody's.
OPEN_TO_ALL = {"cartCreate", "reviewSubmit", "trackEvents"}


@pytest.mark.parametrize("kind", ["Cart", "CartLine", "Order", "Review", "Ticket", "TicketMessage"])
def test_node(stranger, theirs, kind):
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert stranger(query, id=global_id(theirs[kind])) == {"node": None}


@pytest.mark.parametrize(
    ("field", "kind"), [("cart", "Cart"), ("order", "Order"), ("ticket", "Ticket")]
)
def test_fields(stranger, theirs, field, kind):
    query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
    assert stranger(query, id=global_id(theirs[kind])) == {field: None}


@pytest.mark.parametrize(("kind", "shown", "call"), MUTATIONS.values(), ids=MUTATIONS)
def test_mutations_answer_as_for_an_unknown_id(stranger, theirs, kind, shown, call):
    query = f"mutation($id: ID!) {{ it: {call} {{ {shown} userErrors {{ code message field }} }} }}"
    answer = stranger(query, id=global_id(theirs[kind]))
    assert answer["it"][shown.split()[0]] is None
    assert len(answer["it"]["userErrors"]) == 1
    assert answer == stranger(query, id=unknown(kind, theirs[kind]))
    for instance in theirs.values():
        instance.refresh_from_db()
    assert theirs["Cart"].lines.count() == 1
    assert theirs["Review"].votes.count() == 0
    assert (theirs["Ticket"].status, theirs["Ticket"].messages.count()) == ("OPEN", 1)


def test_the_matrix_has_every_mutation():
    assert set(schema._schema.mutation_type.fields) == {*MUTATIONS, *OPEN_TO_ALL}


VIEW = ("reviews.view_review", "support.view_ticket")


def test_owners_and_staff_see_it(api, theirs):
    query = "query($id: ID!) { node(id: $id) { id } }"
    for account in (theirs["Cart"].customer.user, factories.staff(*VIEW)):
        api.client.force_login(account)
        for instance in theirs.values():
            assert api(query, id=global_id(instance)) == {"node": {"id": global_id(instance)}}


@pytest.mark.parametrize("kind", ["Review", "Ticket", "TicketMessage"])
def test_staff_without_the_permission_see_no_more_than_customers(api, theirs, kind):
    api.client.force_login(factories.staff())
    query = "query($id: ID!) { node(id: $id) { id } }"
    assert api(query, id=global_id(theirs[kind])) == {"node": None}


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
