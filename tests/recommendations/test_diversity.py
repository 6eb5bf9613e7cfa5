"""Maximal marginal relevance on products that can be compared by hand."""

import pytest

from recommendations.services.diversity import Candidate, Look, diversified, likeness
from recommendations.stores.base import Offer


def offer(key: str, title: str, *path: str) -> Offer:
    return Offer(key, title, available=True, category_keys=path)


GREEN = offer("green", "Green tea", "food", "tea")
BLACK = offer("black", "Black tea", "food", "tea")
JAM = offer("jam", "Plum jam", "food", "jam")
CUP = offer("cup", "White cup", "kitchen", "cups")
BARE = offer("bare", "")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (GREEN, GREEN, 1),
        (GREEN, BLACK, (2 * 2 / 4 + 1 / 3) / 2),
        (GREEN, JAM, (2 * 1 / 4 + 0) / 2),
        (GREEN, CUP, 0),
        (GREEN, BARE, 0),
        (BARE, BARE, 0),
    ],
)
def test_likeness_is_of_categories_and_of_titles(one, other, expected):
    assert likeness(Look.of(one), Look.of(other)) == pytest.approx(expected)
    assert likeness(Look.of(other), Look.of(one)) == pytest.approx(expected)


CANDIDATES = [Candidate(GREEN, 0, 2.0), Candidate(BLACK, 0, 1.8), Candidate(CUP, 0, 1.0)]


@pytest.mark.parametrize(
    ("diversity", "expected"),
    [
        # behind green, black is worth 0.9 and cup 0.5
        (0, ["green", "black", "cup"]),
        # 0.8 · 0.9 − 0.2 · 2/3 = 0.587 against 0.8 · 0.5 = 0.4
        (0.2, ["green", "black", "cup"]),
        # 0.5 · 0.9 − 0.5 · 2/3 = 0.117 against 0.5 · 0.5 = 0.25
        (0.5, ["green", "cup", "black"]),
        # only likeness counts
        (1, ["green", "cup", "black"]),
    ],
)
def test_what_is_alike_counts_less(diversity, expected):
    assert diversified(CANDIDATES, 3, diversity) == expected


def test_what_stands_above_counts_too():
    assert diversified(CANDIDATES, 1, 0.5, above=[BLACK]) == ["cup"]


def test_no_more_than_asked():
    assert diversified(CANDIDATES, 2, 0.5) == ["green", "cup"]
    assert diversified(CANDIDATES, 0, 0.5) == []


def test_what_fills_up_stays_below_however_different_it_is():
    candidates = [Candidate(GREEN, 0, 0.2), Candidate(BLACK, 0, 0.1), Candidate(CUP, 1, 9.0)]
    assert diversified(candidates, 3, 1) == ["green", "black", "cup"]


def test_equal_ones_keep_their_order():
    candidates = [Candidate(one, 1, 0.0) for one in (CUP, JAM, GREEN)]
    assert diversified(candidates, 2, 0) == ["cup", "jam"]
