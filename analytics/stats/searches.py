"""Searches: what visitors look for, and whether they find it."""

from __future__ import annotations

import numpy as np

from analytics.stats.arrays import Codes, Flags, Floats, group_of


def normalised(query: str) -> str:
    """Queries that differ in case and spaces only are one: "  Green  TEA " → "green tea"."""
    return " ".join(query.casefold().split())


def first_asked(visitor: Codes, at: Floats, query: Codes, searching: Flags) -> Flags:
    """The first search of each visitor for each query: as many as it has distinct visitors.

    visitor, query: codes (n,); at: Unix seconds (n,); searching: which events are searches (n,).
    Returns (n,), false for events that are no search.
    """
    rows = np.flatnonzero(searching)
    rows = rows[np.argsort(at[rows], kind="stable")]
    _, first = group_of(visitor[rows], query[rows])
    result = np.zeros(len(visitor), dtype=bool)
    result[rows[first]] = True
    return result


def followed(visit: Codes, at: Floats, searching: Flags, opening: Flags) -> Flags:
    """Whether something was opened after each search, before the visit's next one.

    visit: codes (n,); at: Unix seconds (n,); searching, opening: which events are searches, and
    which open a result or a product (n,). Returns (n,), false for events that are no search.
    """
    order = np.lexsort((at, visit))
    told = searching[order] | opening[order]
    rows = order[told]
    same = np.zeros(len(rows), dtype=bool)
    same[:-1] = visit[rows[1:]] == visit[rows[:-1]]
    opened_next = np.zeros(len(rows), dtype=bool)
    opened_next[:-1] = opening[rows[1:]]
    result = np.zeros(len(visit), dtype=bool)
    result[rows] = searching[rows] & same & opened_next
    return result
