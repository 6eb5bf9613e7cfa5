"""The subjects there is a report on, in the order in which pages list them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics.services.reports import (
    attribution,
    carts,
    cohorts,
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
from analytics.services.reports.base import Filters, Report


@dataclass(frozen=True)
class Subject:
    name: str
    title: str
    question: str
    kind: type[Report]
    report: Callable[[Filters], Report]


_ALL = (
    Subject("traffic", "Traffic", "How many come, when, from where, and how often again?",
            traffic.Traffic, traffic.report),
    Subject("funnel", "Funnel", "Where do visits end on the way to an order?",
            funnel.Funnel, funnel.report),
    Subject("paths", "Paths", "Which way do visits take through the shop?",
            paths.Paths, paths.report),
    Subject("carts", "Carts", "What becomes of carts, and how fast?",
            carts.CartReport, carts.report),
    Subject("rfm", "Customer segments", "Which kinds of customers are there?",
            rfm.RFM, rfm.report),
    Subject("cohorts", "Cohorts", "Who comes back in the months after a first order?",
            cohorts.Cohorts, cohorts.report),
    Subject("loyalty", "Loyalty", "Who is likely to buy again, and who has left?",
            loyalty.Loyalty, loyalty.report),
    Subject("products", "Products", "How does each product do?",
            products.Products, products.report),
    Subject("searches", "Search", "What is looked for, and is it found?",
            searches.Searches, searches.report),
    Subject("reviews", "Reviews", "How are products rated, and why low?",
            reviews.Reviews, reviews.report),
    Subject("support", "Customer service", "How much, how fast, about what?",
            support.Support, support.report),
    Subject("attribution", "Suggestions", "What do suggestions bring?",
            attribution.Attribution, attribution.report),
)  # fmt: skip

SUBJECTS: Mapping[str, Subject] = {subject.name: subject for subject in _ALL}
