"""The one place that reads `settings.RECOMMENDATIONS`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from recommendations.exceptions import ConfigurationError

if TYPE_CHECKING:
    from recommendations.stores.base import Behaviour, Store

SETTING = "RECOMMENDATIONS"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a project may set in `RECOMMENDATIONS`, a dictionary with these keys."""

    #: Dotted path of the store adapter, a class that takes no argument.
    STORE: str = ""
    #: Scopes trained apart from each other: sites, countries, channels.
    SCOPES: tuple[str, ...] = ("default",)
    #: Dotted path of the class that knows what visitors did, one that takes no argument:
    #: `recommendations.behaviour.EventBehaviour` where the `analytics` app is installed. Without
    #: it nobody is in an experiment, and nothing was viewed.
    BEHAVIOUR: str = ""
    #: Name of the model in the registry behind "frequently bought with".
    MODEL: str = "hybrid"
    #: Parameters of that model, by name.
    MODEL_PARAMS: Mapping[str, Any] = field(default_factory=dict)
    #: Name of the model behind "similar products".
    SIMILAR_MODEL: str = "substitutes"
    #: For what is trending, an order counts half after this many days.
    TRENDING_HALF_LIFE_DAYS: float = 7.0
    #: Whether training looks for better parameters on the newest part of the orders.
    TUNE: bool = True
    #: Neighbours kept for each product.
    LIST_SIZE: int = 50
    #: Products kept beside them that a seed speaks against.
    AGAINST_SIZE: int = 30
    #: Most popular products kept as the fallback.
    POPULAR_SIZE: int = 200
    #: A pair is published only if it was in this many orders.
    MIN_PAIR_ORDERS: int = 5
    #: A pair is published only if this many people bought it; an order of a guest without a name
    #: counts as one of them.
    MIN_PAIR_BUYERS: int = 5
    #: Orders with more distinct products are wholesale: they say nothing about what goes together.
    MAX_BASKET_SIZE: int = 1000
    #: For what is popular, an order counts half after this many days.
    HALF_LIFE_DAYS: float = 90.0
    #: Largest `first` a suggestion field accepts.
    MAX_FIRST: int = 100
    #: At most so many suggestions of one innermost category in an answer (0: no limit). What this
    #: and the next three keys hold back comes last, where nothing else is for sale.
    MAX_PER_CATEGORY: int = 0
    #: The same by attribute, such as `{"brand": 2}`: name → at most so many suggestions with one
    #: value of it. A product without the attribute is not limited.
    MAX_PER_ATTRIBUTE: Mapping[str, int] = field(default_factory=dict)
    #: No suggestion dearer than this many times the dearest product it goes with (0: no limit),
    #: where the store knows both prices in one currency.
    MAX_PRICE_RATIO: float = 0.0
    #: No suggestion cheaper than this many times the cheapest product it goes with (0: no limit),
    #: likewise.
    MIN_PRICE_RATIO: float = 0.0
    #: From 0 to 1, how much a suggestion counts less for being like those above it (maximal
    #: marginal relevance); 0: not at all.
    DIVERSITY: float = 0.0
    #: Names of attributes that a reason may tell customers, where two products that are alike have
    #: the same value of one.
    REASON_ATTRIBUTES: tuple[str, ...] = ()
    #: How much low ratings and many returns count against a product wherever it is suggested: the
    #: power that its quality is raised to (0: not at all).
    QUALITY_WEIGHT: float = 1.0
    #: From 0 to 1, how much what the shop keeps of a price counts: a score is multiplied by
    #: margin ** MARGIN_WEIGHT, where the store knows margins. 0: not at all.
    MARGIN_WEIGHT: float = 0.0
    #: From 0 to 1, how much the pieces in stock count: a score is multiplied by
    #: log(1 + stock) ** STOCK_WEIGHT, where the store knows them. 0: not at all.
    STOCK_WEIGHT: float = 0.0
    #: Baskets of the hold-out that are scored.
    EVALUATION_BASKETS: int = 5000
    #: Published versions whose lists are kept for a roll back.
    KEEP_VERSIONS: int = 5
    #: So long a suggestion token can be sent back.
    TOKEN_DAYS: int = 30
    #: A run that shows no sign of life for so long may be replaced by another.
    LEASE_SECONDS: int = 900
    #: For `recommendations.stores.mapped.MappedStore`: the field paths of the project's models.
    MAPPED: Mapping[str, Any] = field(default_factory=dict)
    #: For `recommendations.stores.oscar.OscarStore`: statuses in which an order or line is undone.
    OSCAR_TAKEN_BACK: tuple[str, ...] = ("Cancelled",)
    #: For the same: scope → id of its site. Without it every scope has all orders.
    OSCAR_SITES: Mapping[str, int] = field(default_factory=dict)

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
def get_store() -> Store:
    """The adapter that `STORE` names."""
    path = get_settings().STORE
    try:
        return cast("Store", import_string(path)())
    except ImportError as error:
        raise ConfigurationError(f"{SETTING}['STORE'] = {path!r}: {error}") from error


@cache
def get_behaviour() -> Behaviour | None:
    """What `BEHAVIOUR` names."""
    path = get_settings().BEHAVIOUR
    if not path:
        return None
    try:
        return cast("Behaviour", import_string(path)())
    except ImportError as error:
        raise ConfigurationError(f"{SETTING}['BEHAVIOUR'] = {path!r}: {error}") from error


@receiver(setting_changed, dispatch_uid="recommendations.conf")
def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting == SETTING:
        get_settings.cache_clear()
        get_store.cache_clear()
        get_behaviour.cache_clear()
