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

    pseudonym = models.CharField(_("pseudonym"), max_length=32)
    person = KeyField(
        _("person"),
        max_length=64,
        blank=True,
        help_text=_("Key of the account that logged in."),
    )
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now, db_index=True)

    class Meta:
        ordering: ClassVar = ["-first_seen"]
        verbose_name = _("visitor")
        verbose_name_plural = _("visitors")
        # Here and not at the fields, where PostgreSQL gets a second index for LIKE with each.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pseudonym"], name="boughtwith_visitor_pseudonym")
        ]
        indexes: ClassVar = [models.Index(fields=["person"], name="boughtwith_visitor_person")]

    def __str__(self) -> str:
        return self.pseudonym[:8]


class Event(models.Model):
    """One thing that happened. Rows are added and taken out, never changed.

    Products, carts, orders and people are keys and no foreign keys. A text that does not apply is
    empty, a number that does not apply is null.
    """

    key = models.UUIDField(
        _("key"), unique=True, help_text=_("Hash of the visitor and the client's id of the event.")
    )
    kind = models.CharField(_("kind"), max_length=32)
    visitor = models.CharField(
        _("visitor"), max_length=32, blank=True, help_text=_("Pseudonym of the device.")
    )
    person = KeyField(_("person"), max_length=64, blank=True)
    scope = KeyField(_("scope"), max_length=64, default="default")
    at = models.DateTimeField(
        _("happened at"), db_index=True, help_text=_("By the client's clock, within bounds.")
    )
    received_at = models.DateTimeField(_("received at"), db_index=True)
    path = models.CharField(
        _("path"), max_length=512, blank=True, help_text=_("Without the query string.")
    )
    source = models.CharField(_("channel"), max_length=16, choices=Source, blank=True)
    device = models.CharField(_("device"), max_length=8, choices=Device, blank=True)
    product_key = KeyField(_("product"), max_length=255, blank=True)
    cart_key = models.CharField(
        _("cart"), max_length=32, blank=True, help_text=_("Pseudonym of the cart.")
    )
    order_key = KeyField(_("order"), max_length=64, blank=True)
    query = models.CharField(
        _("search query"), max_length=200, blank=True, help_text=_("What was searched for.")
    )
    results = models.PositiveIntegerField(
        _("results"), null=True, help_text=_("How many the search found.")
    )
    quantity = models.PositiveIntegerField(_("quantity"), null=True)
    amount = models.DecimalField(
        _("amount"),
        max_digits=14,
        decimal_places=2,
        null=True,
        help_text=_("Of the whole quantity."),
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"), null=True)
    position = models.PositiveIntegerField(
        _("position"), null=True, help_text=_("Place in a list, from 1.")
    )
    token = models.CharField(
        _("suggestion token"),
        max_length=32,
        blank=True,
        help_text=_("Digest of the suggestion token: one list shown."),
    )
    surface = models.CharField(
        _("surface"), max_length=32, blank=True, help_text=_("As the token says.")
    )
    version = models.CharField(
        _("model version"), max_length=32, blank=True, help_text=_("As the token says.")
    )
    arm = models.CharField(
        _("arm"), max_length=64, blank=True, help_text=_("Of an experiment, as the token says.")
    )
    payload = models.JSONField(_("payload"), default=dict)
    simulated = models.BooleanField(_("simulated"), default=False)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["kind", "at"], name="boughtwith_event_kind_at"),
            models.Index(fields=["visitor", "at"], name="boughtwith_event_visitor_at"),
            models.Index(fields=["person"], name="boughtwith_event_person"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"


class DailyFigure(models.Model):
    """What `stats.daily` counts of the events of one day, for one channel, device and currency.

    `sums` goes from a key, of a product, a page, a query or a step, to its sum; `simulated` to the
    part of it that follows from simulated events. A day is replaced as a whole when events came in
    for it or were taken out; once its events are pruned, so are its visitors, and queries that few
    of them had.
    """

    day = models.DateField(_("day"))
    scope = KeyField(_("scope"), max_length=64, default="default")
    measure = models.CharField(_("measure"), max_length=16)
    source = models.CharField(_("channel"), max_length=16, choices=Source, blank=True)
    device = models.CharField(_("device"), max_length=8, choices=Device, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    sums = models.JSONField(_("sums"), default=dict)
    simulated = models.JSONField(
        _("simulated"), default=dict, help_text=_("Without keys that are not simulated.")
    )

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


class StaleDay(models.Model):
    """A day that events were taken out of since it was counted: `roll_up` counts it again."""

    day = models.DateField()
    scope = KeyField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {self.scope}"


class Report(DailyFigure):
    """What the permission to see reports is about: `boughtwith_analytics.view_report`."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("report")
        verbose_name_plural = _("reports")
