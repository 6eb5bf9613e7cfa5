"""What events do not hold and a project may give: texts to find words and topics in, and names.

A project names a class in `ANALYTICS["HOST"]` that overrides what it has. Everything works
without one; reports say what it would add.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from analytics.conf import get_hook


@dataclass(frozen=True)
class ReviewText:
    rating: int
    text: str


@dataclass(frozen=True)
class TicketFacts:
    """`text` is what the customer wrote; a moment that has not come yet is None."""

    text: str
    category: str
    opened_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None


class ExperimentArm(Protocol):
    """`key` is what events know the arm by; `share` its planned part of the visitors, in relation
    to the shares of the others."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def share(self) -> int: ...
    @property
    def is_control(self) -> bool: ...


class StartedExperiment(Protocol):
    """What `EXPERIMENT_READER` gives. One of the arms is the control."""

    @property
    def name(self) -> str: ...
    @property
    def surface(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def arms(self) -> Sequence[ExperimentArm]: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


class Host:
    """Overridden by a project; what it leaves out is empty."""

    def reviews(self, opens: datetime, closes: datetime, scope: str) -> Iterable[ReviewText]:
        """Published reviews of the period; `closes` is the first moment after it."""
        return ()

    def tickets(self, opens: datetime, closes: datetime, scope: str) -> Iterable[TicketFacts]:
        """Tickets opened in the period."""
        return ()

    def titles(self, product_keys: Collection[str]) -> Mapping[str, str]:
        """Product key → title; keys may be left out."""
        return {}


def get_host() -> Host:
    """The project's, or one that has nothing."""
    host = get_hook("HOST")
    return host() if host else Host()
