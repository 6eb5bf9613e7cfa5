"""From the account of a request to the customer of the shop, and what is shown of one."""

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import EmailField

from shop.customers.models import Customer, User
from shop.exceptions import ShopError

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
        account = User.objects.select_for_update().get(pk=user.pk)
        # The second of two requests waited for that lock, and now finds the customer.
        return customer_of(account) or Customer.objects.create(
            user=account, name=account.get_full_name()[:MAX_NAME_LENGTH], email=account.email
        )


def check_email(email: str, field: Sequence[str]) -> None:
    """Raises `ShopError` for what is no e-mail address, or a longer one than the shop keeps."""
    try:
        EmailField().clean(email, None)
    except ValidationError as error:
        raise ShopError("Enter a valid e-mail address.", field) from error


def addresses_of(customer: Customer) -> set[str]:
    """The e-mail addresses of a customer and of the account, in lower case."""
    login = customer.user.email if customer.user else ""
    return {customer.email.lower(), login.lower()} - {""}


def display_name(customer: Customer) -> str:
    """What others may read of a name: "Ann A." for Ann Archer, never an e-mail address."""
    words = customer.name.split()
    if not words or "@" in customer.name:
        return "A customer"
    return words[0] if len(words) == 1 else f"{words[0]} {words[-1][0]}."
