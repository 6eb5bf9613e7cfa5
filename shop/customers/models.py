"""People: the account that logs in, and the customer the shop knows."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from recommendations.fields import KeyField


class User(AbstractUser):
    """An account, of a customer or of staff."""


class Customer(models.Model):
    """Somebody who buys. Imported customers have no account; an account gets one on first use."""

    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="customer"
    )
    external_id = KeyField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        help_text="The id in the system this customer was imported from.",
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [
            ("export_customer", "Can export the personal data of a customer"),
            ("erase_customer", "Can erase the personal data of a customer"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id or f"Customer {self.pk}"


class ErasureReceipt(models.Model):
    """Proves that somebody was erased, without saying who: the number is theirs to keep."""

    number = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    erased_at = models.DateTimeField(default=timezone.now)
    erased_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(help_text="Rows erased or scrubbed, by table.")

    class Meta:
        ordering: ClassVar = ["-erased_at"]

    def __str__(self) -> str:
        return f"Receipt {self.number}"
