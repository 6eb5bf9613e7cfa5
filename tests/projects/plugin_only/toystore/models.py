"""Toys in colours, purchases and wish lists: every key is a UUID."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class Keyed(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Shopper(Keyed, AbstractUser):
    is_grown_up = models.BooleanField(default=True)


class Maker(Keyed):
    name = models.CharField(max_length=80)


class Department(Keyed):
    name = models.CharField(max_length=80)
    inside = models.ForeignKey("self", models.CASCADE, null=True)


class Tag(Keyed):
    name = models.CharField(max_length=80)


class Toy(Keyed):
    name = models.CharField(max_length=120)
    story = models.TextField(blank=True)
    maker = models.ForeignKey(Maker, models.SET_NULL, null=True, related_name="toys")
    department = models.ForeignKey(Department, models.SET_NULL, null=True)
    tags = models.ManyToManyField(Tag)
    age = models.PositiveSmallIntegerField(null=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    is_sold = models.BooleanField(default=True)
    for_grown_ups = models.BooleanField(default=False)

    def get_absolute_url(self) -> str:
        return f"/toys/{self.pk}/"


class ToyColour(Keyed):
    toy = models.ForeignKey(Toy, models.CASCADE, related_name="colours")
    sku = models.CharField(max_length=40, unique=True)


class Purchase(Keyed):
    class State(models.TextChoices):
        PAID = "paid"
        SENT = "sent"
        REFUNDED = "refunded"

    shopper = models.ForeignKey(Shopper, models.SET_NULL, null=True)
    email = models.EmailField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.PAID)
    country = models.CharField(max_length=2, default="nl")
    placed_at = models.DateTimeField()
    changed_at = models.DateTimeField(auto_now=True)


class PurchaseLine(Keyed):
    purchase = models.ForeignKey(Purchase, models.CASCADE, related_name="lines")
    colour = models.ForeignKey(ToyColour, models.SET_NULL, null=True)


class WishList(Keyed):
    name = models.CharField(max_length=80, blank=True)


class WishLine(Keyed):
    wish_list = models.ForeignKey(WishList, models.CASCADE, related_name="lines")
    toy = models.ForeignKey(Toy, models.CASCADE)
