"""Which way visits take through the shop: first-order transitions, and how they begin.

A place is a page or a kind of page. Transitions are those of a Markov chain with a start and an
end, as in Montgomery, Li, Srinivasan and Liechty, "Modeling online browsing and path analysis using
clickstream data", Marketing Science 23 (2004).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from analytics.stats.arrays import Codes, Floats, ratio

ENTRY, EXIT = "(entry)", "(exit)"
#: Places of a visit that are kept as its beginning.
LONGEST = 5

Links = Mapping[tuple[str, str], float]


def place(path: str) -> str:
    """The page, or the kind of page where the path has more than one part.

    "/products/tea-cup/?colour=red" → "/products/…", "/about/" → "/about/", "" → "".
    """
    parts = [part for part in path.partition("?")[0].split("/") if part]
    if len(parts) > 1:
        return f"/{parts[0]}/…"
    return f"/{parts[0]}/" if parts else path[:1]


def routes(visit: Codes, at: Floats, places: Codes) -> tuple[Codes, Codes]:
    """Puts the steps of each visit in order; staying at a place counts once.

    visit, places: codes (n,); at: Unix seconds (n,).
    Returns the visit and the place of each step that is left, (m,) each.
    """
    order = np.lexsort((at, visit))
    visit, places = visit[order], places[order]
    kept = np.ones(len(order), dtype=bool)
    kept[1:] = (np.diff(visit) != 0) | (np.diff(places) != 0)
    return visit[kept], places[kept]


def split_routes(visit: Codes, places: Codes) -> list[Codes]:
    """The places of each visit, from the steps that `routes` gives."""
    return np.split(places, np.flatnonzero(np.diff(visit)) + 1) if len(visit) else []


def transition_matrix(links: Links, names: Sequence[str]) -> Floats:
    """P_ij = n_ij / Σ_k n_ik: where visits go next from each place, (names, names + exit).

    links: visits from one place to the next. Links to places that are not among the names are
    left out of the sums.
    """
    columns = {name: number for number, name in enumerate((*names, EXIT))}
    counts = np.zeros((len(names), len(columns)))
    for (start, end), visits in links.items():
        if start in columns and start != EXIT and end in columns:
            counts[columns[start], columns[end]] += visits
    return ratio(counts, counts.sum(axis=1, keepdims=True))


def entries_and_exits(links: Links) -> tuple[Counter[str], Counter[str]]:
    """Visits that began, and that ended, at each place."""
    entries: Counter[str] = Counter()
    exits: Counter[str] = Counter()
    for (start, end), visits in links.items():
        if start == ENTRY:
            entries[end] += visits  # type: ignore[assignment]
        if end == EXIT:
            exits[start] += visits  # type: ignore[assignment]
    return entries, exits


def sankey(beginnings: Mapping[tuple[str, ...], float]) -> dict[tuple[int, str, str], float]:
    """Visits that go from a place to the next at each step: (step from 0, from, to) → visits.

    beginnings: the first places of visits → how many visits.
    """
    links: Counter[tuple[int, str, str]] = Counter()
    for names, visits in beginnings.items():
        for step, (start, end) in enumerate(pairwise(names)):
            links[step, start, end] += visits  # type: ignore[assignment]
    return dict(links)
