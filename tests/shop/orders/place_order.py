"""Places one order in a database of its own and prints what became of it.

Run as a process, because the settings read the address of the broker when they are loaded.
"""

import json
import time

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)

    from django.contrib.auth.models import AnonymousUser

    from shop.orders.models import Order, OutboxMessage
    from shop.orders.services import CheckoutRequest, checkout
    from tests import factories

    cart = factories.cart([(factories.variant(), 1)])
    began = time.monotonic()
    checkout(cart.pk, AnonymousUser(), CheckoutRequest("ada@example.com", "key"))
    outcome = {
        "seconds": time.monotonic() - began,
        "orders": Order.objects.count(),
        "messages": list(OutboxMessage.objects.values_list("state", flat=True)),
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main()
