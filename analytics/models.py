"""What happened in the store, and the devices it happened on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.fields import KeyField


class EventKind(models.TextChoices):
    """The kinds this package knows; a project adds its own in `ANALYTICS["KINDS"]`."""

    PAGE_VIEW = "PAGE_VIEW", _("Page view")
    PRODUCT_VIEW = "PRODUCT_VIEW", _("Product view")
    SEARCH = "SEARCH", _("Search")
    CART_ADD = "CART_ADD", _("Added to the cart")
    CART_REMOVE = "CART_REMOVE", _("Taken out of the cart")
    CHECKOUT_START = "CHECKOUT_START", _("Checkout started")
    PURCHASE = "PURCHASE", _("Purchase")
    REFUND = "REFUND", _("Refund")
    REVIEW = "REVIEW", _("Review")
    SUPPORT_OPENED = "SUPPORT_OPENED", _("Ticket opened")
    SUPPORT_CLOSED = "SUPPORT_CLOSED", _("Ticket closed")
    IMPRESSION = "IMPRESSION", _("Suggestion shown")
    CLICK = "CLICK", _("Suggestion clicked")


class Source(models.TextChoices):
    """The channel a visit came through, as the event that began it tells."""

    DIRECT = "direct", _("Direct")
    SEARCH = "search", _("Search engine")
    SOCIAL = "social", _("Social network")
    EMAIL = "email", _("E-mail")
    CAMPAIGN = "campaign", _("Campaign")
    REFERRAL = "referral", _("Other site")


class Device(models.TextChoices):
    DESKTOP = "desktop", _("Desktop")
    MOBILE = "mobile", _("Phone")
    TABLET = "tablet", _("Tablet")
    OTHER = "other", _("Other")


class Visitor(models.Model):
    """A device or browser, known by the pseudonym of its id; several can belong to one person."""

    pseudonym = models.CharField(max_length=32, unique=True)
    person = KeyField(
        max_length=64, blank=True, db_index=True, help_text="Key of the account that logged in."
    )
    first_seen = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering: ClassVar = ["-first_seen"]
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")

    def __str__(self) -> str:
        return self.pseudonym[:8]


class Event(models.Model):
    """One thing that happened. Rows are added and pruned, never changed.

    Products, carts, orders and people are keys and no foreign keys. A text that does not apply is
    empty, a number that does not apply is null.
    """

    key = models.UUIDField(
        unique=True, help_text="Hash of the visitor and the client's id of the event."
    )
    kind = models.CharField(max_length=32)
    visitor = models.CharField(max_length=32, blank=True, help_text="Pseudonym of the device.")
    person = KeyField(max_length=64, blank=True, db_index=True)
    scope = KeyField(max_length=64, default="default")
    at = models.DateTimeField(db_index=True, help_text="By the client's clock, within bounds.")
    received_at = models.DateTimeField(db_index=True)
    path = models.CharField(max_length=512, blank=True, help_text="Without the query string.")
    source = models.CharField(max_length=16, choices=Source, blank=True)
    device = models.CharField(max_length=8, choices=Device, blank=True)
    product_key = KeyField(max_length=255, blank=True)
    cart_key = models.CharField(max_length=32, blank=True, help_text="Pseudonym of the cart.")
    order_key = KeyField(max_length=64, blank=True)
    query = models.CharField(max_length=200, blank=True, help_text="What was searched for.")
    results = models.PositiveIntegerField(null=True, help_text="How many the search found.")
    quantity = models.PositiveIntegerField(null=True)
    amount = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, help_text="Of the whole quantity."
    )
    currency = models.CharField(max_length=3, blank=True)
    rating = models.PositiveSmallIntegerField(null=True)
    position = models.PositiveIntegerField(null=True, help_text="Place in a list, from 1.")
    token = models.CharField(
        max_length=32, blank=True, help_text="Digest of the suggestion token: one list shown."
    )
    surface = models.CharField(max_length=32, blank=True, help_text="As the token says.")
    version = models.CharField(max_length=32, blank=True, help_text="As the token says.")
    arm = models.CharField(
        max_length=64, blank=True, help_text="Of an experiment, as the token says."
    )
    payload = models.JSONField(default=dict)
    simulated = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["kind", "at"], name="boughtwith_event_kind_at"),
            models.Index(fields=["visitor", "at"], name="boughtwith_event_visitor_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"


class DailyFigure(models.Model):
    """What `stats.daily` counts of the events of one day, for one channel, device and currency.

    `sums` goes from a key, of a product, a page, a query or a step, to its sum; `simulated` to the
    part of it that follows from simulated events. A day is replaced as a whole when events came in
    for it.
    """

    day = models.DateField()
    scope = KeyField(max_length=64, default="default")
    measure = models.CharField(max_length=16)
    source = models.CharField(max_length=16, choices=Source, blank=True)
    device = models.CharField(max_length=8, choices=Device, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    sums = models.JSONField(default=dict)
    simulated = models.JSONField(default=dict, help_text="Without keys that are not simulated.")

    class Meta:
        ordering: ClassVar = ["-day", "measure"]
        default_permissions = ()
        verbose_name = _("daily figure")
        verbose_name_plural = _("daily figures")
        indexes: ClassVar = [
            models.Index(fields=["measure", "day"], name="boughtwith_figure_measure_day"),
            models.Index(fields=["day"], name="boughtwith_figure_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.measure}"


class RollUp(models.Model):
    """How far daily figures are up to date: one row, which is also the lock of who writes them."""

    ONLY = 1

    until = models.DateTimeField(
        null=True, help_text="Events that came in before are in the figures."
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"until {self.until}"


class Report(DailyFigure):
    """What the permission to see reports is about: `boughtwith_analytics.view_report`."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("report")
        verbose_name_plural = _("reports")
