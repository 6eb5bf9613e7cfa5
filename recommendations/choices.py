"""The words that rules are written in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Effect(models.TextChoices):
    """What a rule does to the products that it is about."""

    PIN = "pin", _("Pin: show it first")
    EXCLUDE = "exclude", _("Exclude: never show it")
    BOOST = "boost", _("Boost: rank it higher")
    BURY = "bury", _("Bury: rank it lower")


class Target(models.TextChoices):
    """By what a rule knows the products that it is about."""

    PRODUCT = "product", _("Product")
    CATEGORY = "category", _("Category")
    ATTRIBUTE = "attribute", _("Attribute")
    PRICE = "price", _("Price band")
    STOCK = "stock", _("Stock level")
