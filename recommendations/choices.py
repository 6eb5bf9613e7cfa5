"""The words that rules are written in, and those that tell what became of a product and how far
a run is."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Effect(models.TextChoices):
    """What a rule does to the products that it is about. Explanations show the value itself."""

    PIN = gettext_noop("pin"), _("Pin: show it first")
    EXCLUDE = gettext_noop("exclude"), _("Exclude: never show it")
    BOOST = gettext_noop("boost"), _("Boost: rank it higher")
    BURY = gettext_noop("bury"), _("Bury: rank it lower")


class Target(models.TextChoices):
    """By what a rule knows the products that it is about."""

    PRODUCT = "product", _("Product")
    CATEGORY = "category", _("Category")
    ATTRIBUTE = "attribute", _("Attribute")
    PRICE = "price", _("Price band")
    STOCK = "stock", _("Stock level")


class Outcome(models.TextChoices):
    """What became of a product that could have been suggested."""

    SHOWN = "shown", _("shown")
    IN_BASKET = "in the basket", _("in the basket")
    DELETED = "no longer exists", _("no longer exists")
    EXCLUDED = "excluded by a rule", _("excluded by a rule")
    NOT_FOR_SALE = "not for sale", _("not for sale")
    HELD_BACK = "held back by a limit", _("held back by a limit of the settings")
    BELOW = "ranked lower", _("ranked lower than what is shown")
    UNSPOKEN = "no list of these products holds it", _("no list of these products holds it")


class Phase(models.TextChoices):
    """What a training run does at the moment."""

    READING = "reading orders", _("reading orders")
    TUNING = "tuning", _("tuning")
    EVALUATING = "evaluating", _("evaluating")
    FITTING = "fitting", _("fitting")
    WRITING = "writing lists", _("writing lists")
