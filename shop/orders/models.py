"""Orders as they were placed, their status history, and what must follow from them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from recommendations.fields import KeyField
from shop.carts.models import Cart
from shop.catalog.models import Variant
from shop.customers.models import Customer


class OrderStatus(models.TextChoices):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    PAID = "PAID"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"
    REFUNDED = "REFUNDED"


#: Every legal move. Money that has been taken goes back by a refund, never by a cancellation.
TRANSITIONS: dict[str, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING: (OrderStatus.CONFIRMED, OrderStatus.CANCELLED),
    OrderStatus.CONFIRMED: (OrderStatus.PAID, OrderStatus.CANCELLED),
    OrderStatus.PAID: (OrderStatus.SHIPPED, OrderStatus.REFUNDED),
    OrderStatus.SHIPPED: (OrderStatus.DELIVERED, OrderStatus.REFUNDED),
    OrderStatus.DELIVERED: (OrderStatus.REFUNDED,),
    OrderStatus.CANCELLED: (),
    OrderStatus.REFUNDED: (),
}

#: Orders that were taken back say nothing about what is bought together.
TAKEN_BACK = (OrderStatus.CANCELLED, OrderStatus.REFUNDED)


class OrderImport(models.Model):
    """One run of `import_orders`: what came in, and from where."""

    file_name = models.CharField(max_length=255)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    orders = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.started_at:%Y-%m-%d %H:%M})"


class Order(models.Model):
    number = KeyField(max_length=64, unique=True)
    cart = models.OneToOneField(
        Cart, null=True, blank=True, on_delete=models.SET_NULL, related_name="order"
    )
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    email = models.EmailField(blank=True)
    status = models.CharField(
        max_length=9, choices=OrderStatus, default=OrderStatus.PENDING, db_index=True
    )
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    placed_at = models.DateTimeField(default=timezone.now, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    idempotency_key = models.CharField(max_length=128, blank=True)
    request_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the checkout request, to tell a replay."
    )
    imported_by = models.ForeignKey(
        OrderImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-placed_at", "-pk"]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """Keeps product, name, SKU and price as bought: later changes of the catalogue leave it be."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(
        Variant, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    product_code = KeyField(max_length=64)
    sku = KeyField(max_length=64, verbose_name="SKU")
    name = models.CharField(max_length=255)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.PositiveIntegerField()
    suggestion_token = models.TextField(
        blank=True, default="", db_default="", help_text="As in the cart."
    )

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="order_line_quantity_positive"
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0), name="order_line_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class OrderStatusChange(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="history")
    from_status = models.CharField(max_length=9, choices=OrderStatus, blank=True)
    to_status = models.CharField(max_length=9, choices=OrderStatus)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.from_status or '–'} → {self.to_status}"


class OutboxState(models.TextChoices):
    WAITING = "WAITING"
    DEAD = "DEAD", "Given up"


class OutboxMessage(models.Model):
    """What must follow from a change, such as an order, written in the transaction of that.

    A task delivers it and deletes the row. After three failures it is given up and waits for
    somebody in admin: nothing is lost with the broker down or a handler broken.
    """

    topic = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=OutboxState, default=OutboxState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="outbox_state_id")]

    def __str__(self) -> str:
        return f"{self.topic} {' '.join(self.payload.values())}"
