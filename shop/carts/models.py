"""Carts: what a guest or a customer is about to buy."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shop.catalog.models import Variant
from shop.customers.models import Customer


class CartStatus(models.TextChoices):
    OPEN = "OPEN"
    MERGED = "MERGED"
    ORDERED = "ORDERED"


class Cart(models.Model):
    """A guest's cart is a capability: whoever knows its id may use it. A customer's is not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="carts"
    )
    status = models.CharField(max_length=8, choices=CartStatus, default=CartStatus.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["-updated_at"]

    def __str__(self) -> str:
        return f"Cart {str(self.pk)[:8]}"


class CartLine(models.Model):
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    suggestion_token = models.TextField(
        blank=True, help_text="Of the suggestions it was chosen from, if it was."
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cart", "variant"], name="one_line_per_cart_variant"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_line_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant}"
