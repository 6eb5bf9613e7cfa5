"""What must follow from an order: written with it, delivered after it, never lost."""

import json
import os
import socket
import subprocess
import sys

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from kombu import Connection

from shop.orders import mails, outbox
from shop.orders.models import Order, OutboxMessage, OutboxState
from shop.orders.services import CheckoutRequest, cancel, checkout
from shop.orders.tasks import deliver_outbox
from tests import factories
from tests.servers import require_server

pytestmark = pytest.mark.django_db

GUEST = AnonymousUser()
REQUEST = CheckoutRequest(email="ada@example.com", idempotency_key="key-1")


def place_order():
    return checkout(factories.cart([(factories.variant(), 1)]).pk, GUEST, REQUEST)


@pytest.fixture
def handler(monkeypatch):
    """Handles "test" messages: notes what it gets, and fails while `errors` has one to raise."""

    def handle(payload):
        handle.seen.append(payload["order"])
        if handle.errors:
            raise handle.errors.pop()

    handle.seen, handle.errors = [], []
    monkeypatch.setattr(outbox, "_handlers", {})
    outbox.handles("test")(handle)
    return handle


class TestWriting:
    def test_the_message_is_there_with_the_order(self):
        order = place_order()
        [message] = OutboxMessage.objects.all()
        assert (message.topic, message.payload) == ("order.placed", {"order": order.number})
        assert (message.state, message.attempts) == (OutboxState.WAITING, 0)

    def test_it_goes_when_the_order_goes(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            place_order()
            raise ZeroDivisionError
        assert not Order.objects.exists()
        assert not OutboxMessage.objects.exists()

    def test_it_is_delivered_after_the_commit_and_not_before(
        self, mailoutbox, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            place_order()
            assert mailoutbox == []
        assert len(mailoutbox) == 1
        assert not OutboxMessage.objects.exists()

    def test_a_change_of_status_is_delivered_too(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            cancel(factories.order())
        assert not OutboxMessage.objects.exists()


class TestDelivering:
    def test_oldest_first_each_once(self, handler):
        for number in ("1", "2", "3"):
            outbox.write("test", order=number)
        assert outbox.deliver() == 3
        assert outbox.deliver() == 0
        assert handler.seen == ["1", "2", "3"]

    def test_no_more_than_the_limit(self, handler):
        for number in ("1", "2", "3"):
            outbox.write("test", order=number)
        assert outbox.deliver(limit=2) == 2
        assert handler.seen == ["1", "2"]

    def test_a_topic_nobody_handles_is_done_with(self, handler):
        outbox.write("other", order="1")
        assert outbox.deliver() == 1
        assert not OutboxMessage.objects.exists()

    def test_a_failure_is_written_down_and_the_next_try_succeeds(self, handler):
        outbox.write("test", order="1")
        handler.errors = [ConnectionError("no mail server")]
        assert outbox.deliver() == 0
        message = OutboxMessage.objects.get()
        assert (message.state, message.attempts) == (OutboxState.WAITING, 1)
        assert message.last_error == "ConnectionError: no mail server"
        assert outbox.deliver() == 1
        assert handler.seen == ["1", "1"]

    def test_three_failures_and_it_waits_for_somebody_in_admin(self, handler):
        outbox.write("test", order="1")
        handler.errors = [ConnectionError("no mail server")] * 9
        for _ in range(5):
            outbox.deliver()
        message = OutboxMessage.objects.get()
        assert (message.state, message.attempts) == (OutboxState.DEAD, 3)
        assert handler.seen == ["1"] * 3

    def test_a_failure_holds_up_no_other_message(self, handler):
        for number in ("1", "2"):
            outbox.write("test", order=number)
        handler.errors = [ConnectionError("no mail server")]
        assert outbox.deliver() == 1
        assert OutboxMessage.objects.get().payload == {"order": "1"}

    def test_what_a_failing_handler_wrote_is_undone(self, monkeypatch):
        def handle(payload):
            Order.objects.update(email="changed@example.com")
            raise ConnectionError

        order = factories.order()
        monkeypatch.setattr(outbox, "_handlers", {"test": handle})
        outbox.write("test", order=order.number)
        outbox.deliver()
        order.refresh_from_db()
        assert order.email == "buyer@example.com"

    def test_retry_gives_three_more_tries(self, handler, django_capture_on_commit_callbacks):
        outbox.write("test", order="1")
        OutboxMessage.objects.update(state=OutboxState.DEAD, attempts=3, last_error="no mail")
        with django_capture_on_commit_callbacks(execute=True):
            outbox.retry(OutboxMessage.objects.get())
            message = OutboxMessage.objects.get()
            assert (message.state, message.attempts, message.last_error) == ("WAITING", 0, "")
        assert handler.seen == ["1"]
        assert not OutboxMessage.objects.exists()

    def test_the_task_delivers(self, handler):
        outbox.write("test", order="1")
        deliver_outbox()
        assert handler.seen == ["1"]


class TestMail:
    def test_it_confirms_the_order_to_the_address_of_the_checkout(self, mailoutbox):
        milk = factories.variant(factories.product(title="Milk", stock=0), price="1.19")
        order = checkout(factories.cart([(milk, 2)]).pk, GUEST, REQUEST)
        mails.confirm({"order": order.number})
        [mail] = mailoutbox
        assert (mail.to, mail.subject) == (["ada@example.com"], f"Your order {order.number}")
        assert mail.body == "Thank you for your order.\n\n2 × Milk\n\nTotal 2.38 USD\n"


class TestWithABroker:
    """Places an order in a process of its own, whose settings name the broker."""

    @pytest.fixture
    def place_order_with_broker(self):
        def run(url):
            environment = os.environ | {
                "CELERY_BROKER_URL": url,
                "DJANGO_SETTINGS_MODULE": "tests.projects.full.settings",
            }
            environment.pop("DATABASE_URL", None)
            script = [sys.executable, "-m", "tests.shop.orders.place_order"]
            done = subprocess.run(
                script, env=environment, capture_output=True, text=True, check=True, timeout=120
            )
            return json.loads(done.stdout)

        return run

    def test_it_is_asked_to_deliver(self, place_order_with_broker):
        require_server("127.0.0.1", 6379, "Redis")
        broker = "redis://127.0.0.1:6379/13"
        with Connection(broker) as connection, connection.SimpleQueue("celery") as queue:
            queue.clear()
            outcome = place_order_with_broker(broker)
            task = queue.get(timeout=5)
            task.ack()
        assert task.headers["task"] == "orders.deliver_outbox"
        assert (outcome["orders"], outcome["messages"]) == (1, ["WAITING"])

    @pytest.fixture
    def black_hole(self):
        """Takes connections and never says a word."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield server.getsockname()[1]

    @pytest.mark.parametrize("scheme", ["redis", "amqp"])
    def test_nobody_listens(self, place_order_with_broker, scheme):
        outcome = place_order_with_broker(f"{scheme}://127.0.0.1:9")
        assert (outcome["orders"], outcome["messages"]) == (1, ["WAITING"])
        assert outcome["seconds"] < 2

    @pytest.mark.parametrize("scheme", ["redis", "amqp"])
    def test_nobody_answers(self, place_order_with_broker, black_hole, scheme):
        outcome = place_order_with_broker(f"{scheme}://127.0.0.1:{black_hole}")
        assert (outcome["orders"], outcome["messages"]) == (1, ["WAITING"])
        assert outcome["seconds"] < 15
