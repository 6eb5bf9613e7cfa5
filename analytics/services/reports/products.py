"""How each product does, from a look to what comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.host import get_host
from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, table
from analytics.services.reports.reading import Sums, sums
from analytics.stats.arrays import Floats, share
from analytics.stats.daily import Measure
from analytics.stats.products import performance

COUNTED = (
    Measure.VIEWS, Measure.ADDS, Measure.CONVERSIONS, Measure.UNITS, Measure.RETURNS, Measure.STARS,
    Measure.RATINGS, Measure.BUYS,
)  # fmt: skip


@dataclass(frozen=True)
class ProductRow:
    product: str = column(_("Product"), Unit.TEXT)
    title: str = column(_("Title"), Unit.TEXT)
    views: int = column(_("Visits that saw it"))
    add_rate: float = column(_("Add-to-cart rate"), Unit.SHARE)
    conversion: float = column(_("Conversion"), Unit.SHARE)
    buys: int = column(_("Visits that bought it"))
    units: int = column(_("Pieces sold"))
    revenue: float = column(_("Revenue"), Unit.MONEY)
    return_rate: float | None = column(_("Return rate"), Unit.SHARE)
    rating: float | None = column(_("Mean rating"), Unit.NUMBER)
    ratings: int | None = column(_("Ratings"))


@dataclass(frozen=True, kw_only=True)
class Products(Report):
    products: list[ProductRow] = table(_("Products"))


def report(filters: Filters) -> Products:
    currency = reading.main_currency(filters)
    found = sums(filters, COUNTED, "key")
    revenue = sums(filters, [Measure.REVENUE], "currency", "key")
    keys = sorted({str(key) for _, key in found})
    values = {one: _column(found, one, keys) for one in COUNTED}
    rates = performance(*(values[one] for one in COUNTED[:-1]))
    titles = get_host().titles(keys)
    money = np.array([revenue[Measure.REVENUE, currency, key].value for key in keys])
    columns = zip(
        keys,
        (titles.get(key, "") for key in keys),
        _whole(values[Measure.VIEWS]),
        rates.add_rate.tolist(),
        rates.conversion.tolist(),
        _whole(values[Measure.BUYS]),
        _whole(values[Measure.UNITS]),
        money.tolist(),
        rates.return_rate.tolist(),
        rates.rating.tolist(),
        _whole(values[Measure.RATINGS]),
        strict=True,
    )
    rows = [ProductRow(*row) for row in columns]
    notes = [
        gettext(
            "“Add-to-cart rate” and “conversion” are shares of the visits that saw the product; "
            "what is bought from a list without a look counts as visits that bought it."
        )
    ]
    if filters != filters.of_everybody:
        rows = [replace(row, return_rate=None, rating=None, ratings=None) for row in rows]
        notes.append(
            gettext("Returns and ratings have no channel and no device: here they are not known.")
        )
    return Products(
        filters=filters,
        simulated=_simulated(found),
        missing=_missing(found, filters),
        notes=notes,
        currency=currency,
        products=sorted(rows, key=lambda row: (-row.revenue, -row.views, row.product)),
    )


def _column(found: Sums, measure: Measure, keys: list[str]) -> Floats:
    return np.array([found[measure, key].value for key in keys], dtype=np.float64)


def _whole(values: Floats) -> list[int]:
    return [int(value) for value in values]


def _simulated(found: Sums) -> float:
    counted = [t for (m, _), t in found.items() if m in (Measure.VIEWS, Measure.BUYS)]
    return share(sum(t.simulated for t in counted), sum(t.value for t in counted))


def _missing(found: Sums, filters: Filters) -> list[str]:
    there = {measure for measure, _ in found}
    wanted = {
        Measure.VIEWS: gettext("No product was looked at: send PRODUCT_VIEW events."),
        Measure.ADDS: gettext("No visit put in the cart what it saw: record CART_ADD events."),
        Measure.BUYS: gettext("Nothing was bought: record PURCHASE events."),
    }
    if filters == filters.of_everybody:
        wanted[Measure.RATINGS] = gettext("No product was rated: record REVIEW events.")
    return [
        *reading.nothing_rolled_up(),
        *(text for measure, text in wanted.items() if measure not in there),
    ]
