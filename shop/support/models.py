"""Customer service: tickets, and the messages in them. What people write is encrypted."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shop.catalog.models import Product
from shop.customers.models import Customer
from shop.encryption import BlindIndexField, EncryptedTextField
from shop.orders.models import Order


class TicketStatus(models.TextChoices):
    OPEN = "OPEN", "Open: waits for the shop"
    PENDING = "PENDING", "Pending: waits for the customer"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


#: Every legal move. A resolved ticket opens again with the customer's next message, a closed one
#: never does.
TRANSITIONS: dict[str, tuple[TicketStatus, ...]] = {
    TicketStatus.OPEN: (TicketStatus.PENDING, TicketStatus.RESOLVED, TicketStatus.CLOSED),
    TicketStatus.PENDING: (TicketStatus.OPEN, TicketStatus.RESOLVED, TicketStatus.CLOSED),
    TicketStatus.RESOLVED: (TicketStatus.OPEN, TicketStatus.CLOSED),
    TicketStatus.CLOSED: (),
}


class TicketCategory(models.TextChoices):
    ORDER = "ORDER"
    DELIVERY = "DELIVERY"
    RETURN = "RETURN"
    PAYMENT = "PAYMENT"
    PRODUCT = "PRODUCT"
    ACCOUNT = "ACCOUNT"
    OTHER = "OTHER"


class TicketPriority(models.IntegerChoices):
    LOW = 1
    NORMAL = 2
    HIGH = 3
    URGENT = 4


class Ticket(models.Model):
    """One matter of a customer, or of a guest who left an e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="tickets"
    )
    guest_email = EncryptedTextField(blank=True, verbose_name="e-mail of the guest")
    guest_email_index = BlindIndexField(of="guest_email")
    subject = EncryptedTextField()
    category = models.CharField(
        max_length=8, choices=TicketCategory, default=TicketCategory.OTHER, db_index=True
    )
    priority = models.PositiveSmallIntegerField(
        choices=TicketPriority, default=TicketPriority.NORMAL
    )
    status = models.CharField(max_length=8, choices=TicketStatus, default=TicketStatus.OPEN)
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        limit_choices_to={"is_staff": True, "is_active": True},
        related_name="+",
    )
    opened_at = models.DateTimeField(default=timezone.now, db_index=True)
    first_response_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["status", "opened_at"], name="ticket_status_opened")
        ]

    def __str__(self) -> str:
        return f"Ticket {str(self.pk)[:8]}"

    @property
    def email(self) -> str:
        """Where answers go; empty for a customer without an address."""
        return self.customer.email if self.customer else self.guest_email

    @property
    def first_response_time(self) -> timedelta | None:
        """From the opening to the first answer that the customer could read."""
        return self.first_response_at - self.opened_at if self.first_response_at else None


class AuthorKind(models.TextChoices):
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"


#: The messages that leave the admin: not the notes that staff write for one another.
FOR_CUSTOMERS = Q(internal=False)


class Message(models.Model):
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    author_kind = models.CharField(max_length=8, choices=AuthorKind)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The member of staff; empty for what the customer wrote.",
    )
    body = EncryptedTextField()
    internal = models.BooleanField(
        default=False, help_text="A note for staff, which the customer never sees."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_author_kind_display()}, {self.created_at:%Y-%m-%d %H:%M}"
