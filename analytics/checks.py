"""System checks: a mistake in the settings is found at start, with a hint."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.checks import CheckMessage, Error, register

from analytics.conf import SETTING, Settings, get_hook, get_settings
from analytics.exceptions import ConfigurationError
from analytics.models import EventKind

KIND_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
#: What the store knows itself: from a client it could be made up.
SERVER_KINDS = {
    EventKind.PURCHASE,
    EventKind.REFUND,
    EventKind.REVIEW,
    EventKind.SUPPORT_OPENED,
    EventKind.SUPPORT_CLOSED,
}
HOOKS = ("CONSENT_READER", "TOKEN_READER", "EXPERIMENT_READER", "SCOPE_READER", "HOST")
RANGES: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("MAX_DELAY_HOURS", lambda n: 0 <= n <= 24 * 31, "0 to 744"),
    ("MAX_PAYLOAD_BYTES", lambda n: 0 <= n <= 65_536, "0 to 65536"),
    ("VISITOR_DAYS", lambda n: 1 <= n <= 400, "1 to 400, the most a browser keeps"),
    ("KEEP_MONTHS", lambda n: n >= 1, "1 or more"),
)


@register("boughtwith_analytics")
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    try:
        settings = get_settings()
    except ConfigurationError as error:
        return [Error(str(error), hint=f"See conf.py for the keys of {SETTING}.", id=_id(1))]
    return [*_check_kinds(settings), *_check_hooks(), *_check_ranges(settings)]


def _check_kinds(settings: Settings) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name in settings.KINDS:
        if not isinstance(name, str) or not KIND_NAME.fullmatch(name) or name in EventKind.values:
            hint = "Capitals, digits and underscores, at most 32, and no kind there is already."
            problems.append(Error(f"{SETTING}['KINDS'] has {name!r}.", hint=hint, id=_id(2)))
    legal = {*EventKind.values, *settings.KINDS} - SERVER_KINDS
    for name in settings.CLIENT_KINDS:
        if name not in legal:
            hint = f"Legal: {', '.join(sorted(legal))}."
            problems.append(Error(f"{SETTING}['CLIENT_KINDS'] has {name!r}.", hint=hint, id=_id(3)))
    return problems


def _check_hooks() -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for name in HOOKS:
        try:
            get_hook(name)
        except ConfigurationError as error:
            hint = "It must be the dotted path of a function."
            problems.append(Error(str(error), hint=hint, id=_id(4)))
    return problems


def _check_ranges(settings: Settings) -> list[CheckMessage]:
    return [
        Error(
            f"{SETTING}[{name!r}] is {getattr(settings, name)!r}.",
            hint=f"Legal: {legal}.",
            id=_id(5),
        )
        for name, is_legal, legal in RANGES
        if not _holds(is_legal, getattr(settings, name))
    ]


def _holds(is_legal: Callable[[Any], bool], value: Any) -> bool:
    try:
        return is_legal(value)
    except TypeError:
        return False


def _id(number: int) -> str:
    return f"boughtwith_analytics.E{number:03d}"
