"""Variety among suggestions: of two that are alike the second counts less. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recommendations.engine.content import words
from recommendations.stores.base import Offer


class Candidate(NamedTuple):
    """`score` compares with those of its own tier; every lower tier comes before."""

    offer: Offer
    tier: int
    score: float


class Look(NamedTuple):
    """By what two products are compared: categories from the top down, words of the title."""

    path: tuple[str, ...]
    words: frozenset[str]

    @classmethod
    def of(cls, offer: Offer) -> Look:
        return cls(offer.category_keys, frozenset(words(offer.title)))


def likeness(one: Look, other: Look) -> float:
    """How alike two products look, from 0 to 1: the mean of how near their categories are in the
    tree, 2 · shared depth / sum of depths (Wu and Palmer, ACL 1994), and of the words that their
    titles share, |A ∩ B| / |A ∪ B| (Jaccard)."""
    depths = len(one.path) + len(other.path)
    shared = 0
    for mine, theirs in zip(one.path, other.path, strict=False):
        if mine != theirs:
            break
        shared += 1
    union = len(one.words | other.words)
    near = 2 * shared / depths if depths else 0.0
    return (near + (len(one.words & other.words) / union if union else 0.0)) / 2


def diversified(
    candidates: Sequence[Candidate], first: int, diversity: float, above: Sequence[Offer] = ()
) -> list[str]:
    """The keys of up to `first` candidates by maximal marginal relevance (Carbonell and Goldstein,
    SIGIR 1998), below what stands `above` them anyway.

    Next is who has the largest (1 − d) s_i / s_max − d max_j likeness(i, j), with d = `diversity`
    from 0 to 1 (λ of the paper is 1 − d), s_max of the own tier, and j all that stand above it.
    Equal ones keep their order.
    """
    best: dict[int, float] = {}
    for one in candidates:
        best[one.tier] = max(one.score, best.get(one.tier, 0.0))
    looks = {one.offer.key: Look.of(one.offer) for one in candidates}
    nearest = dict.fromkeys(looks, 0.0)
    waiting = list(candidates)
    chosen: list[str] = []

    def lower(shown: Look) -> None:
        for one in waiting:
            key = one.offer.key
            nearest[key] = max(nearest[key], likeness(looks[key], shown))

    def place(one: Candidate) -> tuple[int, float]:
        relevance = one.score / best[one.tier] if best[one.tier] else 0.0
        return one.tier, diversity * nearest[one.offer.key] - (1 - diversity) * relevance

    for offer in above:
        lower(Look.of(offer))
    while waiting and len(chosen) < first:
        following = min(waiting, key=place)
        waiting.remove(following)
        chosen.append(following.offer.key)
        lower(looks[following.offer.key])
    return chosen
