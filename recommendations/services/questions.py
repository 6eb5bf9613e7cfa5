"""What serving is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from recommendations.services.lists import NOTHING, StoredList
from recommendations.services.suggestions import Source


@dataclass(frozen=True)
class Question:
    """What to suggest for.

    seeds: product key → weight; viewed: they were looked at, and not bought.
    excluded: what must not be in the answer besides the seeds.
    own: candidates that the surface knows by itself and own_source: from where.
    reasons: product key → why, for these.
    category: the key of the one whose products are wanted.
    """

    seeds: Mapping[str, float] = field(default_factory=dict)
    viewed: bool = False
    excluded: Collection[str] = ()
    own: StoredList = NOTHING
    own_source: Source = Source.PERSONAL
    reasons: Mapping[str, str] = field(default_factory=dict)
    category: str = ""

    @classmethod
    def of(cls, basket: Iterable[str]) -> Question:
        return cls(seeds=dict.fromkeys(basket, 1.0))
