"""The subjects there is a report on, in the order in which pages list them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from analytics.services.reports import (
    attribution,
    carts,
    cohorts,
    experiments,
    funnel,
    loyalty,
    paths,
    products,
    reviews,
    rfm,
    searches,
    support,
    traffic,
)
from analytics.services.reports.base import Filters, Report, Text
from analytics.services.reports.patience import patience


@dataclass(frozen=True)
class Subject:
    name: str
    title: Text
    question: Text
    kind: type[Report]
    make: Callable[[Filters], Report]

    def report(self, filters: Filters) -> Report:
        with patience():
            return self.make(filters)


_ALL = (
    Subject("traffic", _("Traffic"), _("How many come, when, from where, and how often again?"),
            traffic.Traffic, traffic.report),
    Subject("funnel", _("Funnel"), _("Where do visits end on the way to an order?"),
            funnel.Funnel, funnel.report),
    Subject("paths", _("Paths"), _("Which way do visits take through the shop?"),
            paths.Paths, paths.report),
    Subject("carts", _("Carts"), _("What becomes of carts, and how fast?"),
            carts.CartReport, carts.report),
    Subject("rfm", _("Customer segments"), _("Which kinds of customers are there?"),
            rfm.RFM, rfm.report),
    Subject("cohorts", _("Cohorts"), _("Who comes back in the months after a first order?"),
            cohorts.Cohorts, cohorts.report),
    Subject("loyalty", _("Loyalty"), _("Who is likely to buy again, and who has left?"),
            loyalty.Loyalty, loyalty.report),
    Subject("products", _("Products"), _("How does each product do?"),
            products.Products, products.report),
    Subject("searches", _("Search"), _("What is looked for, and is it found?"),
            searches.Searches, searches.report),
    Subject("reviews", _("Reviews"), _("How are products rated, and why low?"),
            reviews.Reviews, reviews.report),
    Subject("support", _("Customer service"), _("How much, how fast, about what?"),
            support.Support, support.report),
    Subject("attribution", _("Suggestions"), _("What do suggestions bring?"),
            attribution.Attribution, attribution.report),
    Subject("experiments", _("Experiments"), _("Which arm of an experiment does better?"),
            experiments.Experiments, experiments.report),
)  # fmt: skip

SUBJECTS: Mapping[str, Subject] = {subject.name: subject for subject in _ALL}
