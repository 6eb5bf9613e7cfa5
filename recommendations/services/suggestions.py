"""What serving answers with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from recommendations.services.tokens import Token, make_token


class Source(StrEnum):
    """Where a suggestion comes from. A fallback says that it is one."""

    BOUGHT_TOGETHER = "BOUGHT_TOGETHER"
    SIMILAR = "SIMILAR"
    PERSONAL = "PERSONAL"
    VIEWED = "VIEWED"
    TRENDING = "TRENDING"
    POPULAR = "POPULAR"
    NEW = "NEW"
    PINNED = "PINNED"


@dataclass(frozen=True)
class Evidence:
    """Plain counts over the orders the version learned from, for one seed and the suggestion.

    support = pair orders / all orders; confidence = pair orders / orders with the seed;
    lift = confidence / share of all orders that hold the suggestion.
    """

    pair_orders: int
    seed_orders: int
    support: float
    confidence: float
    lift: float


@dataclass(frozen=True)
class Suggestion:
    """A product to show. `because_of`: the seeds it follows from, the strongest first. `explain`
    words the reason, which most readers of a page of products never ask for."""

    key: str
    title: str
    score: float
    source: Source
    explain: Callable[[], str] = field(repr=False, compare=False)
    because_of: tuple[str, ...] = ()
    evidence: Evidence | None = None

    @cached_property
    def reason(self) -> str:
        """Why, in the language that is active when it is first asked for."""
        return self.explain()


@dataclass(frozen=True)
class Suggestions:
    """Best first. `version` is None where nothing has been published yet.

    `seeds`: what they follow from, sorted. `arm`: that of an experiment the visitor is in.
    """

    items: tuple[Suggestion, ...] = ()
    version: str | None = None
    surface: str = ""
    seeds: tuple[str, ...] = ()
    arm: str = ""

    @cached_property
    def token(self) -> str:
        """What clicks, impressions and cart lines send back: it says which list this was, an empty
        one too. It names the arm, so no two visitors may share one while an experiment runs."""
        return make_token(Token(self.surface, self.version or "", self.seeds, self.arm))
