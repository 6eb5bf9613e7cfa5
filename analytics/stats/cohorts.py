"""Cohort retention: of those who first bought in a month, how many buy in the months after."""

from __future__ import annotations

import numpy as np

from analytics.stats.arrays import Codes, Floats


def retention(buyer: Codes, month: Codes, months: int) -> tuple[Codes, Floats]:
    """buyer: code of each order's buyer (n,); month: its number, from 0 to months − 1 (n,).

    Returns the buyers of each cohort, (months,), and (months, months) shares: row c, column k is
    the share of cohort c that bought in the k-th month after its first. What has not come yet, and
    rows of cohorts without a buyer, are NaN.
    """
    buyers = int(buyer.max(initial=-1)) + 1
    first = np.full(buyers, months, dtype=np.int64)
    np.minimum.at(first, buyer, month)
    sizes = np.bincount(first, minlength=months + 1)[:months]
    active = np.unique(np.column_stack([buyer, month]), axis=0)
    shares = np.zeros((months, months))
    cohort = first[active[:, 0]]
    np.add.at(shares, (cohort, active[:, 1] - cohort), 1.0)
    future = np.add.outer(np.arange(months), np.arange(months)) >= months
    with np.errstate(invalid="ignore"):
        shares /= sizes[:, None].astype(np.float64)
    shares[future | (sizes == 0)[:, None]] = np.nan
    return sizes, shares
