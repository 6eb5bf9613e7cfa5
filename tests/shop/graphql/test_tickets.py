"""Customer service in the API."""

import pytest
from django.core.cache import cache
from strawberry.relay import to_base64

from shop.graphql.schema import schema
from shop.support.models import Ticket
from shop.support.services import add_note, answer
from tests import factories
from tests.shop.graphql.conftest import global_id

TICKET = """id subject category status orderNumber productCode firstResponseAt resolvedAt
    messages { edges { node { id authorKind body } } }"""
OPEN = f"""mutation($input: TicketInput!) {{ ticketOpen(input: $input) {{
    ticket {{ {TICKET} }} userErrors {{ code field message }} }} }}"""
REPLY = f"""mutation($ticket: ID!, $body: String!) {{ ticketReply(ticketId: $ticket, body: $body) {{
    ticket {{ {TICKET} }} userErrors {{ code field message }} }} }}"""
CLOSE = f"""mutation($ticket: ID!) {{ ticketClose(ticketId: $ticket) {{
    ticket {{ {TICKET} }} userErrors {{ code field message }} }} }}"""
READ = f"query($id: ID!) {{ ticket(id: $id) {{ {TICKET} }} }}"
MINE = f"{{ me {{ tickets {{ totalCount edges {{ node {{ {TICKET} }} }} }} }} }}"


def messages(ticket):
    nodes = [edge["node"] for edge in ticket["messages"]["edges"]]
    return [(node["authorKind"], node["body"]) for node in nodes]


@pytest.fixture
def ann(db):
    return factories.customer(name="Ann Archer", email="ann@example.com")


def test_a_ticket_from_question_to_end(api, ann):
    order = factories.order(["TEA"], customer=ann)
    agent = factories.staff()
    api.client.force_login(ann.user)

    wish = {"subject": "Late", "body": "Where is it?", "category": "DELIVERY"}
    opened = api(OPEN, input=wish | {"orderId": global_id(order)})["ticketOpen"]
    assert opened["userErrors"] == []
    ticket = opened["ticket"]
    assert (ticket["subject"], ticket["category"], ticket["status"]) == ("Late", "DELIVERY", "OPEN")
    assert (ticket["orderNumber"], ticket["productCode"]) == (order.number, "TEA")

    stored = Ticket.objects.get()
    add_note(stored, "Ask the warehouse", by=agent)
    answer(stored, "On its way.", by=agent)
    shown = api(READ, id=ticket["id"])["ticket"]
    assert (shown["status"], shown["resolvedAt"]) == ("PENDING", None)
    assert shown["firstResponseAt"]

    replied = api(REPLY, ticket=ticket["id"], body="It has come.")["ticketReply"]["ticket"]
    assert replied["status"] == "OPEN"
    assert messages(replied) == [
        ("CUSTOMER", "Where is it?"),
        ("STAFF", "On its way."),
        ("CUSTOMER", "It has come."),
    ]
    closed = api(CLOSE, ticket=ticket["id"])["ticketClose"]["ticket"]
    assert closed["status"] == "CLOSED"
    assert closed["resolvedAt"]
    assert [edge["node"]["id"] for edge in api(MINE)["me"]["tickets"]["edges"]] == [ticket["id"]]


def test_a_guest_reads_by_the_id_until_the_ticket_is_closed(api):
    wish = {"subject": "Size", "body": "Which one?", "email": "ann@example.com"}
    ticket = api(OPEN, input=wish)["ticketOpen"]["ticket"]
    assert ticket["orderNumber"] is None
    assert messages(api(READ, id=ticket["id"])["ticket"]) == [("CUSTOMER", "Which one?")]
    assert api(CLOSE, ticket=ticket["id"])["ticketClose"]["ticket"]["status"] == "CLOSED"
    assert api(READ, id=ticket["id"]) == {"ticket": None}


def test_a_guest_asks_about_a_product(api):
    tea = factories.product("TEA")
    wish = {"subject": "Size", "body": "Which one?", "email": "ann@example.com"}
    opened = api(OPEN, input=wish | {"productId": global_id(tea)})["ticketOpen"]["ticket"]
    assert (opened["productCode"], opened["orderNumber"]) == ("TEA", None)
    hidden = factories.product(state="DRAFT")
    for key in (global_id(hidden), to_base64("Product", 0), to_base64("Variant", tea.pk)):
        payload = api(OPEN, input=wish | {"productId": key})["ticketOpen"]
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "productId"])
        assert payload["ticket"] is None


def test_a_guest_who_floods_is_told_when_to_come_back(api, settings):
    settings.SHOP_WRITES_AN_HOUR = 1
    cache.clear()
    wish = {"subject": "Size", "body": "Which one?", "email": "ann@example.com"}
    query = OPEN.replace("userErrors { code", "userErrors { code retryAfter")
    ticket = api(query, input=wish)["ticketOpen"]["ticket"]
    refused = api(query, input=wish | {"email": "other@example.com"})["ticketOpen"]
    (error,) = refused["userErrors"]
    assert (refused["ticket"], error["code"]) == (None, "TOO_MANY_REQUESTS")
    assert 0 < error["retryAfter"] <= 3_600
    assert Ticket.objects.count() == 1
    replies = [api(REPLY, ticket=ticket["id"], body="Hm?")["ticketReply"] for _ in range(2)]
    assert [[e["code"] for e in r["userErrors"]] for r in replies] == [[], ["TOO_MANY_REQUESTS"]]


def test_a_guests_ticket_opens_no_order_that_staff_connect_with_it(api, ann):
    order = factories.order(["TEA"], customer=ann)
    ticket = factories.ticket(order=order)
    assert api(READ, id=global_id(ticket))["ticket"]["orderNumber"] == order.number
    assert api("query($id: ID!) { order(id: $id) { id } }", id=global_id(order)) == {"order": None}
    assert "order" not in schema._schema.type_map["Ticket"].fields


@pytest.mark.parametrize("who", ["owner", "staff", "superuser"])
def test_internal_notes_never_leave_the_admin(api, ann, who):
    ticket = factories.ticket(ann)
    note = add_note(ticket, "A difficult one", by=factories.staff())
    accounts = {
        "owner": lambda: ann.user,
        "staff": lambda: factories.staff("support.view_ticket", "support.view_message"),
        "superuser": lambda: factories.user(is_staff=True, is_superuser=True),
    }
    api.client.force_login(accounts[who]())

    assert messages(api(READ, id=global_id(ticket))["ticket"]) == [("CUSTOMER", "Where is it?")]
    node = "query($id: ID!) { node(id: $id) { id ... on Ticket { messages { totalCount } } } }"
    assert api(node, id=global_id(note)) == {"node": None}
    assert api(node, id=global_id(ticket))["node"]["messages"] == {"totalCount": 1}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, ["input", "subject"]),
        ({"body": "b" * 10_001}, ["input", "body"]),
        ({"email": "no address"}, ["input", "email"]),
        ({"email": None}, ["input", "email"]),
    ],
)
def test_what_is_wrong_is_named(api, changes, field):
    wish = {"subject": "s", "body": "b", "email": "ann@example.com"}
    payload = api(OPEN, input=wish | changes)["ticketOpen"]
    assert payload["ticket"] is None
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID", field)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("key", ["Ticket:1", "Ticket:", "Cart:1", "Ticket:nonsense"])
def test_ids_that_open_no_ticket(api, ann, key):
    api.client.force_login(ann.user)
    (error,) = api(REPLY, ticket=to_base64(*key.split(":")), body="b")["ticketReply"]["userErrors"]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["ticketId"])
    assert api(READ, id=to_base64(*key.split(":"))) == {"ticket": None}


def test_a_closed_ticket_says_so(api, ann):
    ticket = factories.ticket(ann, status="CLOSED")
    api.client.force_login(ann.user)
    (error,) = api(REPLY, ticket=global_id(ticket), body="b")["ticketReply"]["userErrors"]
    assert error == {
        "code": "TICKET_CLOSED",
        "field": ["ticketId"],
        "message": "This ticket is closed. Open a new one.",
    }


def test_tickets_with_messages_take_as_many_queries_for_12_as_for_2(
    api, ann, django_assert_num_queries
):
    def add(number):
        for _ in range(number):
            ticket = factories.ticket(ann, order=factories.order(["TEA"], customer=ann))
            answer(ticket, "Soon.", by=agent)

    agent = factories.staff()
    add(2)
    api.client.force_login(ann.user)
    with django_assert_num_queries(7):
        api(MINE)
    add(10)
    with django_assert_num_queries(7):
        page = api(MINE)["me"]["tickets"]
    assert page["totalCount"] == 12
    assert {len(edge["node"]["messages"]["edges"]) for edge in page["edges"]} == {2}
