"""What every surface asks: one answer a question, whatever the database does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import DatabaseError, connection, transaction

from recommendations.conf import get_settings
from recommendations.exceptions import InvalidArgument
from recommendations.models import Surface
from recommendations.services.answering import Answering
from recommendations.services.questions import Question
from recommendations.services.suggestions import Suggestions
from recommendations.stores.base import Actor, Scope

logger = logging.getLogger(__name__)

ANYBODY = Actor()
DEFAULT_SCOPE = Scope()


def frequently_bought_with(
    baskets: Sequence[Collection[str]],
    first: int,
    *,
    actor: Actor = ANYBODY,
    scope: Scope = DEFAULT_SCOPE,
) -> list[Suggestions]:
    """For each basket of product keys up to `first` products that go with it, best first.

    Never one of the basket itself, nor one that is not for sale. Where the evidence runs out the
    rest comes from the most popular products and says so. Raises `InvalidArgument` for a `first`
    outside 0 … MAX_FIRST. Without a live version every answer is empty.
    """
    questions = [Question.of(basket) for basket in baskets]
    return answer(Surface.FREQUENTLY_BOUGHT_WITH, questions, first, actor=actor, scope=scope)


def answer(
    surface: Surface,
    questions: Sequence[Question],
    first: int,
    *,
    actor: Actor = ANYBODY,
    scope: Scope = DEFAULT_SCOPE,
) -> list[Suggestions]:
    """One answer a question."""
    limit = get_settings().MAX_FIRST
    if not 0 <= first <= limit:
        raise InvalidArgument(f"Argument 'first' must be from 0 to {limit}, not {first}.")
    return guarded(
        surface,
        len(questions),
        lambda: Answering(surface, questions, first, actor, scope).answers(),
    )


def guarded(
    surface: Surface, count: int, answers: Callable[[], list[Suggestions]]
) -> list[Suggestions]:
    """So many answers. A database that fails costs the suggestions, never the page."""
    try:
        with _savepoint():
            return answers()
    except DatabaseError:
        logger.exception("no suggestions for %s: the database failed", surface)
        return [Suggestions(surface=surface) for _ in range(count)]


def _savepoint() -> AbstractContextManager[Any]:
    """In a transaction an error would spoil what follows it; outside there is nothing to save."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
