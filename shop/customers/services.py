"""From the account of a request to the customer of the shop."""

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from shop.customers.models import Customer, User

MAX_NAME_LENGTH = 200  # an account has room for 150 in each of its two names


def customer_of(user: User | AnonymousUser) -> Customer | None:
    """The customer behind a logged-in account, None for a guest or an account that never bought."""
    if not isinstance(user, User):
        return None
    return Customer.objects.filter(user=user).first()


def get_or_create_customer(user: User) -> Customer:
    """The customer behind an account, made on first use; two requests at once make one."""
    customer = customer_of(user)
    if customer is not None:
        return customer
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        # The second of two requests waited for that lock, and now finds the customer.
        return customer_of(user) or Customer.objects.create(
            user=user, name=user.get_full_name()[:MAX_NAME_LENGTH], email=user.email
        )
