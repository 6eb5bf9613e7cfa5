"""System checks: a mistake in the settings is found at start, with a hint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.checks import CheckMessage, Error, register

from recommendations.conf import SETTING, Settings, get_behaviour, get_settings, get_store
from recommendations.engine.registry import make_item_model
from recommendations.exceptions import ConfigurationError, InvalidArgument
from recommendations.stores.base import Behaviour, Store


@register("recommendations")
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    try:
        settings = get_settings()
    except ConfigurationError as error:
        return [Error(str(error), hint=f"See conf.py for the keys of {SETTING}.", id=_id(1))]
    problems = [
        *_check_store(settings),
        *(
            _check_port(settings.BEHAVIOUR, get_behaviour, Behaviour, 6)
            if settings.BEHAVIOUR
            else []
        ),
        *_check_model(settings),
        *_check_scopes(settings),
    ]
    for name, is_legal, legal in RANGES:
        value = getattr(settings, name)
        if not _holds(is_legal, value):
            problems.append(
                Error(f"{SETTING}[{name!r}] is {value!r}.", hint=f"Legal: {legal}.", id=_id(5))
            )
    return problems


def _are_names(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(isinstance(name, str) for name in given)


def _are_counts(given: Any) -> bool:
    return isinstance(given, Mapping) and all(
        isinstance(name, str) and isinstance(most, int) and most >= 1
        for name, most in given.items()
    )


RANGES: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("LIST_SIZE", lambda n: 1 <= n <= 1000, "1 to 1000"),
    ("AGAINST_SIZE", lambda n: 0 <= n <= 1000, "0 to 1000"),
    ("POPULAR_SIZE", lambda n: 1 <= n <= 10_000, "1 to 10000"),
    ("MIN_PAIR_ORDERS", lambda n: n >= 1, "1 or more"),
    ("MIN_PAIR_BUYERS", lambda n: n >= 1, "1 or more"),
    ("MAX_BASKET_SIZE", lambda n: n >= 2, "2 or more"),
    ("HALF_LIFE_DAYS", lambda days: days > 0, "more than 0"),
    ("TRENDING_HALF_LIFE_DAYS", lambda days: days > 0, "more than 0"),
    ("MAX_FIRST", lambda n: 1 <= n <= 250, "1 to 250"),
    ("MAX_PER_CATEGORY", lambda n: n >= 0, "0 or more"),
    ("MAX_PER_ATTRIBUTE", _are_counts, "names with a count of 1 or more each"),
    ("MAX_PRICE_RATIO", lambda ratio: ratio >= 0, "0 or more"),
    ("MIN_PRICE_RATIO", lambda ratio: ratio >= 0, "0 or more"),
    ("DIVERSITY", lambda part: 0 <= part <= 1, "0 to 1"),
    ("REASON_ATTRIBUTES", _are_names, "a tuple of names, such as ('brand',)"),
    ("QUALITY_WEIGHT", lambda power: power >= 0, "0 or more"),
    ("MARGIN_WEIGHT", lambda part: 0 <= part <= 1, "0 to 1"),
    ("STOCK_WEIGHT", lambda part: 0 <= part <= 1, "0 to 1"),
    ("EVALUATION_BASKETS", lambda n: n >= 0, "0 or more"),
    ("KEEP_VERSIONS", lambda n: n >= 1, "1 or more"),
    ("TOKEN_DAYS", lambda days: 1 <= days <= 365, "1 to 365"),
    ("LEASE_SECONDS", lambda s: s >= 60, "60 or more"),
)


def _holds(is_legal: Callable[[Any], bool], value: Any) -> bool:
    try:
        return is_legal(value)
    except TypeError:
        return False


def _check_store(settings: Settings) -> list[CheckMessage]:
    if not settings.STORE:
        hint = "Name your adapter, such as 'myshop.store.MyStore'."
        return [Error(f"{SETTING} has no 'STORE'.", hint=hint, id=_id(2))]
    problems = _check_port(settings.STORE, get_store, Store, 2)
    if problems:
        return problems
    own_checks: Callable[[], list[CheckMessage]] = getattr(get_store(), "check", list)
    return own_checks()


def _check_port(path: str, get: Callable[[], Any], port: type, number: int) -> list[CheckMessage]:
    """Whether what a setting names can be had, and answers all that its port asks."""
    try:
        adapter = get()
    except ConfigurationError as error:
        return [Error(str(error), hint="It must be the dotted path of a class.", id=_id(number))]
    asked = [name for name in vars(port) if not name.startswith("_")]
    missing = [name for name in asked if not callable(getattr(adapter, name, None))]
    if not missing:
        return []
    hint = f"Implement every method of recommendations.stores.base.{port.__name__}."
    return [Error(f"{path} has no {', '.join(missing)}.", hint=hint, id=_id(number))]


def _check_model(settings: Settings) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    for key, params in (("MODEL", settings.MODEL_PARAMS), ("SIMILAR_MODEL", {})):
        try:
            make_item_model(getattr(settings, key), params)
        except InvalidArgument as error:
            hint = f"See {SETTING}[{key!r}] and its params."
            problems.append(Error(str(error), hint=hint, id=_id(3)))
    return problems


def _check_scopes(settings: Settings) -> list[CheckMessage]:
    scopes = settings.SCOPES
    if scopes and _are_names(scopes):
        return []
    hint = "A tuple of names with at least one, such as ('default',)."
    return [Error(f"{SETTING}['SCOPES'] is {scopes!r}.", hint=hint, id=_id(4))]


def _id(number: int) -> str:
    return f"recommendations.E{number:03d}"
