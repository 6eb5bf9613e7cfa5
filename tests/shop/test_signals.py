"""Signals for others: after the commit, and never in the way."""

import pytest
from django.db import transaction

from shop.signals import announce, ticket_opened
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """What a receiver was told."""
    subjects = []

    def receive(subject, **kwargs):
        subjects.append(subject)

    ticket_opened.connect(receive)
    yield subjects
    ticket_opened.disconnect(receive)


def test_receivers_hear_of_it_after_the_commit(heard, django_capture_on_commit_callbacks):
    ticket = factories.ticket()
    with django_capture_on_commit_callbacks(execute=True):
        announce(ticket_opened, ticket)
        assert heard == []
    assert heard == [ticket]


def test_what_was_rolled_back_is_not_announced(heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        announce(ticket_opened, factories.ticket())
        transaction.set_rollback(True)
    assert heard == []


def test_a_receiver_that_fails_stops_neither_the_others_nor_the_caller(
    heard, django_capture_on_commit_callbacks, caplog
):
    def fail(**kwargs):
        raise RuntimeError("broken receiver")

    ticket_opened.connect(fail)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            announce(ticket_opened, factories.ticket())
    finally:
        ticket_opened.disconnect(fail)
    assert len(heard) == 1
    assert "broken receiver" in caplog.text
