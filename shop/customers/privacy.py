"""What the shop knows of a person, to hand out and to forget.

Each domain that keeps personal data registers how it exports and how it erases its own part.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q

from shop.customers.models import Customer, ErasureReceipt, User
from shop.exceptions import NotFound, ShopError


@dataclass(frozen=True)
class Holder:
    """A domain with personal data. `export` gives what JSON can hold; `erase` counts by table.

    `erase` runs in a transaction and locks what it deletes before it does, so that a customer who
    is busy at that moment either comes first or finds nothing.
    """

    name: str
    export: Callable[[Customer], Any]
    erase: Callable[[Customer], Mapping[str, int]]


@dataclass(frozen=True)
class Receipt:
    """What an erasure came to; it says nothing about whom it was."""

    number: uuid.UUID
    erased_at: datetime
    counts: Mapping[str, int]


_holders: dict[str, Holder] = {}


def register(holder: Holder) -> None:
    _holders[holder.name] = holder


def export_customer(customer: Customer) -> dict[str, Any]:
    """All that the shop knows of a customer, as JSON can hold it."""
    return {"account": _account(customer)} | {
        holder.name: holder.export(customer) for holder in _holders.values()
    }


def erase_customer(customer: Customer, by: User | None) -> Receipt:
    """Erases a customer from every table, all or nothing. Orders stay, without a person.

    The account stays as a shell that can't log in. An account of staff is refused: it has a part
    in the history of other people's orders.
    """
    with transaction.atomic():
        # Like a login that claims a cart: first the account, then carts, the customer last.
        user = User.objects.select_for_update().filter(Q(pk=customer.user_id)).first()
        if user is not None and user.is_staff:
            raise ShopError(f"{user} is staff: take that status away first.", ["customer"])
        counts: dict[str, int] = {}
        for holder in _holders.values():
            counts |= holder.erase(customer)
        counts |= _erase_account(customer, user)
        receipt = ErasureReceipt.objects.create(erased_by=by, counts=counts)
    return Receipt(receipt.number, receipt.erased_at, counts)


def _account(customer: Customer) -> dict[str, Any]:
    user = customer.user
    return {
        "name": customer.name,
        "email": customer.email,
        "external_id": customer.external_id,
        "created_at": customer.created_at.isoformat(),
        "login": user
        and {
            "username": user.username,
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "joined_at": user.date_joined.isoformat(),
            "last_login_at": user.last_login and user.last_login.isoformat(),
        },
    }


def _erase_account(customer: Customer, user: User | None) -> dict[str, int]:
    """The customer's row goes; the account is emptied, as deleting it could reach further."""
    locked = Customer.objects.select_for_update().filter(pk=customer.pk).first()
    if locked is None:
        raise NotFound("This customer has been erased already.", ["customer"])
    log = _scrub_admin_log(locked)
    locked.delete()
    if user is not None:
        log += _scrub_admin_log(user)
        user.username, user.email = f"erased-{uuid.uuid4()}", ""
        user.first_name = user.last_name = ""
        user.last_login, user.is_active = None, False
        user.set_unusable_password()
        user.save()
        user.groups.clear()
        user.user_permissions.clear()
    return {"customers": 1, "accounts": int(user is not None), "admin log entries": log}


def _scrub_admin_log(subject: Model) -> int:
    """The admin keeps the name of what it changed, and what was changed."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(subject), object_id=str(subject.pk)
    )
    return entries.update(object_repr="erased", change_message="")
