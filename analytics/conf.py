"""The one place that reads `settings.ANALYTICS`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from analytics.exceptions import ConfigurationError

SETTING = "ANALYTICS"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a project may set in `ANALYTICS`, a dictionary with these keys."""

    #: Names of further kinds of events, in capitals: `("WISHLIST_ADD",)`.
    KINDS: tuple[str, ...] = ()
    #: Kinds that clients may send through `trackEvents`; those of `KINDS` that a client may send
    #: have to be named here as well.
    CLIENT_KINDS: tuple[str, ...] = (
        "PAGE_VIEW",
        "PRODUCT_VIEW",
        "SEARCH",
        "CHECKOUT_START",
        "IMPRESSION",
        "CLICK",
    )
    #: So late a client may send an event; an older one is taken to be just as old.
    MAX_DELAY_HOURS: int = 24
    #: Most bytes of the JSON in `payload`.
    MAX_PAYLOAD_BYTES: int = 2048
    #: Name of the cookie that holds a visitor's signed id.
    VISITOR_COOKIE: str = "visitor"
    #: So long a browser keeps that cookie.
    VISITOR_DAYS: int = 365
    #: Whether a visitor has to agree before anything is stored.
    CONSENT_REQUIRED: bool = False
    #: Name of the cookie with the visitor's answer: `granted`, or anything else for no.
    CONSENT_COOKIE: str = "analytics_consent"
    #: Dotted path of a function request → bool that answers instead of cookie and header.
    CONSENT_READER: str = ""
    #: Dotted path of a function token → object with `surface`, `version` and `arm`, which raises
    #: `ValueError` for a token that was not made here. Without it no token is accepted.
    TOKEN_READER: str = ""
    #: Dotted path of a function (opens, closes, scope) → the experiments that ran at some time in
    #: between, as `analytics.host.StartedExperiment`; `closes` is the first moment after it.
    EXPERIMENT_READER: str = ""
    #: Dotted path of a function request → scope; without it every event is in scope `default`.
    SCOPE_READER: str = ""
    #: Dotted path of a subclass of `analytics.host.Host`: texts and titles for the reports.
    HOST: str = ""
    #: For `analytics.oscar`: statuses in which an order or line is undone.
    OSCAR_TAKEN_BACK: tuple[str, ...] = ("Cancelled",)
    #: Whether events are written by a Celery worker; directly while the broker is down.
    USE_CELERY: bool = False
    #: Events are kept for so many whole months before the current one.
    KEEP_MONTHS: int = 25

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Settings:
        """Raises `ConfigurationError` for an unknown key and names the nearest legal one."""
        legal = [f.name for f in fields(cls)]
        for key in given:
            if key not in legal:
                nearest = difflib.get_close_matches(key, legal, n=1)
                hint = f"did you mean {nearest[0]!r}?" if nearest else f"legal: {', '.join(legal)}."
                raise ConfigurationError(f"{SETTING} has no key {key!r}: {hint}")
        return cls(**given)


@cache
def get_settings() -> Settings:
    return Settings.read(getattr(settings, SETTING, {}))


@cache
def get_hook(name: str) -> Callable[..., Any] | None:
    """The function that a setting names by its dotted path; None where it names none."""
    path = getattr(get_settings(), name)
    if not path:
        return None
    try:
        hook: Any = import_string(path)
    except ImportError as error:
        raise ConfigurationError(f"{SETTING}[{name!r}] = {path!r}: {error}") from error
    if not callable(hook):
        raise ConfigurationError(f"{SETTING}[{name!r}] = {path!r}: it can't be called.")
    return hook


@receiver(setting_changed, dispatch_uid="boughtwith_analytics.conf")
def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == SETTING:
        get_settings.cache_clear()
        get_hook.cache_clear()
