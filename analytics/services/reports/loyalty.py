"""Who is likely to buy again, and who has probably left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, table
from analytics.services.reports.reading import Orders
from analytics.stats.arrays import Codes, Floats, first_by_group, last_by_group
from analytics.stats.loyalty import alive, expected_purchases, fit

DAY = 86_400.0
#: Days ahead that are foretold.
AHEAD = 90
EXPECTED = format_lazy(_("Purchase days expected in {days} days"), days=AHEAD)
MOST = 100
BANDS = (
    (0.0, "0–20%"),
    (0.2, "20–40%"),
    (0.4, "40–60%"),
    (0.6, "60–80%"),
    (0.8, "80–100%"),
)
#: Customers below are taken to have left.
LEFT_BELOW = 0.5
LEAST_CUSTOMERS = 50


@dataclass(frozen=True)
class LoyaltySummary:
    customers: int = column(_("Customers"))
    again: int = column(_("Bought on two days or more"))
    still: float = column(_("Expected to be still customers"), Unit.NUMBER)
    expected: float = column(EXPECTED, Unit.NUMBER)
    between: float = column(_("Mean days between purchases while a customer"), Unit.NUMBER)
    leaving: float = column(_("Chance to leave after a purchase"), Unit.SHARE)


@dataclass(frozen=True)
class ChanceBand:
    chance: str = column(_("Chance to be still a customer"), Unit.TEXT)
    customers: int = column(_("Customers"))
    expected: float = column(EXPECTED, Unit.NUMBER)


@dataclass(frozen=True)
class LoyalCustomer:
    customer: str = column(_("Customer"), Unit.TEXT)
    purchases: int = column(_("Days with a purchase"))
    last: float = column(_("Days since the last"), Unit.NUMBER)
    chance: float = column(_("Chance to be still a customer"), Unit.SHARE)
    expected: float = column(EXPECTED, Unit.NUMBER)


@dataclass(frozen=True, kw_only=True)
class Loyalty(Report):
    summary: list[LoyaltySummary] = table(_("All customers"))
    bands: list[ChanceBand] = table(_("Customers by the chance that they are still customers"))
    likely: list[LoyalCustomer] = table(_("Most likely to buy again"))
    leaving: list[LoyalCustomer] = table(_("Bought often, and have probably left"))


def report(filters: Filters) -> Loyalty:
    """All orders up to the end of the period are read; the orders of a day are one purchase."""
    orders = reading.orders(filters, "", all_before=True)
    x, t_x, T = histories(orders, filters.closes.timestamp())
    model = fit(x, t_x, T) if len(x) >= LEAST_CUSTOMERS else None
    if model is None:
        return Loyalty(
            filters=filters,
            missing=[
                gettext(
                    "Too little to tell: at least %(customers)s customers are needed, some of whom "
                    "bought again. Record PURCHASE events with `order_key`, and older orders."
                )
                % {"customers": LEAST_CUSTOMERS}
            ],
        )
    chance = alive(model, x, t_x, T)
    expected = expected_purchases(model, float(AHEAD), x, t_x, T)
    order = np.argsort(-expected, kind="stable")
    gone = np.flatnonzero((chance < LEFT_BELOW) & (x > 0))
    gone = gone[np.argsort(-x[gone], kind="stable")]

    def customers(rows: Codes) -> list[LoyalCustomer]:
        return [
            LoyalCustomer(
                orders.buyers[i],
                int(x[i]) + 1,
                float(T[i] - t_x[i]),
                float(chance[i]),
                float(expected[i]),
            )
            for i in rows[:MOST].tolist()
        ]

    return Loyalty(
        filters=filters,
        simulated=orders.share_simulated,
        notes=[
            gettext(
                "Estimated with the BG/NBD model from when customers bought, not what: a forecast."
            )
        ],
        summary=[
            LoyaltySummary(
                len(x),
                int((x > 0).sum()),
                float(chance.sum()),
                float(expected.sum()),
                model.alpha / model.r,
                model.a / (model.a + model.b),
            )
        ],
        bands=_bands(chance, expected),
        likely=customers(order),
        leaving=customers(gone),
    )


def histories(orders: Orders, now: float) -> tuple[Floats, Floats, Floats]:
    """Of each buyer: days with a purchase after the first, days from the first to the last of
    them, and days from the first until now. (buyers,) each; now: Unix seconds."""
    n = len(orders.buyers)
    first = first_by_group(orders.buyer, orders.at, n)
    day = ((orders.at - first[orders.buyer]) // DAY).astype(np.int64)
    days = np.unique(np.column_stack([orders.buyer, day]), axis=0)
    x = np.bincount(days[:, 0], minlength=n).astype(np.float64) - 1
    last = last_by_group(days[:, 0], days[:, 1].astype(np.float64), n)
    return x, np.where(x > 0, last, 0.0), (now - first) / DAY


def _bands(chance: Floats, expected: Floats) -> list[ChanceBand]:
    band = np.searchsorted([low for low, _ in BANDS], chance, side="right") - 1
    counts = np.bincount(band, minlength=len(BANDS)).tolist()
    sums = np.bincount(band, weights=expected, minlength=len(BANDS)).tolist()
    return [
        ChanceBand(name, n, total) for (_, name), n, total in zip(BANDS, counts, sums, strict=True)
    ]
