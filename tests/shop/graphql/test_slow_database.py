"""A table that somebody holds for long costs the suggestions and not the cart."""

import time
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from recommendations.models import ModelVersion
from tests import factories
from tests.shop.graphql.conftest import global_id

LOCKS = {
    "postgresql": "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE",
    "mysql": "LOCK TABLES {table} WRITE",
}
HELD_SECONDS = 8
CART = """query($id: ID!) { cart(id: $id) { totalQuantity
    frequentlyBoughtWith(first: 4) { nodes { code } } } }"""

pytestmark = [
    pytest.mark.skipif(connection.vendor not in LOCKS, reason="needs locks: --server"),
    pytest.mark.django_db(transaction=True),
]


@contextmanager
def locked(model):
    """Another connection holds the table of a model, for so long at most."""
    holds, done = Event(), Event()

    def hold():
        table = connection.ops.quote_name(model._meta.db_table)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(LOCKS[connection.vendor].format(table=table))
            holds.set()
            done.wait(HELD_SECONDS)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    assert holds.wait(5)
    try:
        yield
    finally:
        done.set()
        holder.join()


def test_a_locked_table(api, trained, caplog):
    cart = factories.cart([(trained[0].variants.get(), 1)])
    asked = {"id": global_id(cart)}
    assert len(api(CART, **asked)["cart"]["frequentlyBoughtWith"]["nodes"]) == 4
    with locked(ModelVersion):
        started = time.monotonic()
        found = api(CART, **asked)["cart"]
        waited = time.monotonic() - started
    assert found == {"totalQuantity": 1, "frequentlyBoughtWith": {"nodes": []}}
    assert waited < HELD_SECONDS - 1
    assert "the database failed" in caplog.text
    assert len(api(CART, **asked)["cart"]["frequentlyBoughtWith"]["nodes"]) == 4
