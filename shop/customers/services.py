"""From the account of a request to the customer of the shop."""

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from shop.customers.models import Customer, User


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
    try:
        with transaction.atomic():
            return Customer.objects.create(
                user=user, name=user.get_full_name(), email=user.email
            )
    except IntegrityError:
        return Customer.objects.get(user=user)
