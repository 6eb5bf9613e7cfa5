"""Reviews: how products are rated, where ratings go, and what low ones have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from analytics.host import get_host
from analytics.models import EventKind
from analytics.services.reports import reading
from analytics.services.reports.base import Filters, Report, Unit, column, table
from analytics.stats import reviews as stats
from analytics.stats.terms import telling_terms

#: Ratings up to here are low, those from HIGH on are high; 3 is neither.
LOW, HIGH = 2, 4
SIDES = (gettext_noop("low ratings"), gettext_noop("high ratings"))


@dataclass(frozen=True)
class Stars:
    stars: int = column(_("Stars"))
    reviews: int = column(_("Reviews"))
    share: float = column(_("Share"), Unit.SHARE)


@dataclass(frozen=True)
class RatingMonth:
    month: str = column(_("Month"), Unit.TEXT)
    reviews: int = column(_("Reviews"))
    mean: float | None = column(_("Mean rating"), Unit.NUMBER)


@dataclass(frozen=True)
class TellingWord:
    word: str = column(_("Word"), Unit.TEXT)
    side: str = column(_("Typical of"), Unit.TEXT, shown=gettext)
    z: float = column(_("z"), Unit.NUMBER)
    texts: int = column(_("Reviews with it"))


@dataclass(frozen=True, kw_only=True)
class Reviews(Report):
    stars: list[Stars] = table(_("Ratings"))
    months: list[RatingMonth] = table(_("Ratings by month"))
    words: list[TellingWord] = table(_("Words that set low ratings apart from high ones"))


def report(filters: Filters) -> Reviews:
    rows = (
        reading.events(filters.of_everybody, EventKind.REVIEW)
        .filter(rating__gte=1, rating__lte=stats.STARS)
        .values_list("at", "rating", "simulated")
    )
    months, ratings, made_up = [], [], 0
    for at, rating, simulated in rows.iterator(chunk_size=reading.ROWS_A_FETCH):
        local = timezone.localdate(at)
        months.append(12 * local.year + local.month - 1)
        ratings.append(rating)
        made_up += simulated
    missing = (
        []
        if ratings
        else [gettext("No ratings in this period: record REVIEW events with `rating`.")]
    )
    words = _words(filters)
    if not words:
        missing.append(
            gettext(
                'No words: the class in `ANALYTICS["HOST"]` has to give some reviews of this '
                "period with low and some with high ratings that share words."
            )
        )
    return Reviews(
        filters=filters,
        simulated=made_up / len(ratings) if ratings else 0.0,
        missing=missing,
        notes=[
            *reading.without_segment(filters),
            gettext(
                "z is how far a word is more frequent in reviews with 1 or 2 stars (above 0) or "
                "with 4 or 5 (below 0) than chance would have it; only words beyond ±1.96 are "
                "listed."
            ),
        ],
        stars=_stars(np.array(ratings, dtype=np.int64)),
        months=_months(np.array(months, dtype=np.int64), np.array(ratings, dtype=np.int64)),
        words=words,
    )


def _stars(ratings: np.ndarray) -> list[Stars]:
    counts = stats.distribution(ratings).tolist()
    return [
        Stars(n, count, count / len(ratings)) for n, count in enumerate(counts, 1) if len(ratings)
    ]


def _months(months: np.ndarray, ratings: np.ndarray) -> list[RatingMonth]:
    if not len(months):
        return []
    first = int(months.min())
    counts, means = stats.trend(months - first, ratings, int(months.max()) - first + 1)
    return [
        RatingMonth(f"{n // 12}-{n % 12 + 1:02}", int(count), float(mean) if count else None)
        for n, count, mean in zip(range(first, first + len(counts)), counts, means, strict=True)
    ]


def _words(filters: Filters) -> list[TellingWord]:
    texts = [
        one
        for one in get_host().reviews(filters.opens, filters.closes, filters.scope)
        if one.text and not LOW < one.rating < HIGH
    ]
    low = np.array([one.rating <= LOW for one in texts], dtype=bool)
    return [
        TellingWord(term.word, SIDES[term.z < 0], term.z, term.texts)
        for term in telling_terms([one.text for one in texts], low)
    ]
