"""An answer of staff is announced to the customer, and not told."""

import pytest

from shop.orders import outbox
from shop.orders.models import OutboxMessage
from shop.support.models import Ticket
from shop.support.services import add_note, answer
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_customer_hears_of_an_answer_after_the_commit(
    mailoutbox, django_capture_on_commit_callbacks
):
    ticket = factories.ticket(factories.customer(email="ann@example.com"), subject="My rash")
    with django_capture_on_commit_callbacks(execute=True):
        answer(ticket, "Use the blue cream.", by=factories.staff())
        assert mailoutbox == []
    (mail,) = mailoutbox
    assert mail.to == ["ann@example.com"]
    assert str(ticket.pk)[:8] in mail.subject
    for secret in ("rash", "cream", str(ticket.pk)):
        assert secret not in mail.subject + mail.body
    assert not OutboxMessage.objects.exists()


def test_a_guest_hears_at_the_address_that_was_left(mailoutbox):
    answer(factories.ticket(guest_email="bo@example.com"), "Yes.", by=factories.staff())
    outbox.deliver()
    assert [mail.to for mail in mailoutbox] == [["bo@example.com"]]


def test_a_note_for_staff_is_no_answer(mailoutbox):
    add_note(factories.ticket(), "Rude.", by=factories.staff())
    outbox.deliver()
    assert mailoutbox == []


@pytest.mark.parametrize(
    "change", [Ticket.objects.update, lambda **_: Ticket.objects.all().delete()]
)
def test_nobody_to_write_to_holds_nothing_up(mailoutbox, change):
    answer(factories.ticket(), "Yes.", by=factories.staff())
    change(guest_email="")
    outbox.deliver()
    assert mailoutbox == []
    assert not OutboxMessage.objects.exists()
