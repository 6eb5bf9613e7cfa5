"""What holds for every answer, whatever the shop's rules say: what earns more and is in stock
first, not too much of one category or brand, nothing far dearer or cheaper than the basket, and
variety. Plain functions of offers: no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from math import log1p
from statistics import fmean

from recommendations.conf import get_settings
from recommendations.models import Surface
from recommendations.services.diversity import Candidate, diversified
from recommendations.services.merging import Ranking
from recommendations.services.rules import WINDOW
from recommendations.stores.base import Offer

#: Where different things are wanted. Elsewhere what is alike, or a person's own, is the point.
LIMITED = (Surface.FREQUENTLY_BOUGHT_WITH, Surface.RECOMMENDED_FOR_YOU, Surface.TRENDING)

#: An attribute and its value; of a category, an empty name and its key.
Kind = tuple[str, str]
#: The lowest and the highest price within; None for any.
PriceBand = tuple[Decimal, Decimal | None]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """At most `per_category` products of one innermost category, and of `per_attribute`, name →
    count, with one value of an attribute; none dearer than `max_price_ratio` times the dearest seed
    in the same currency, or cheaper than `min_price_ratio` times the cheapest; and `diversity` from
    0 to 1. 0 is no limit.

    Before these a score is multiplied by margin ** `margin_weight` and by log(1 + stock) **
    `stock_weight`, both from 0 to 1; what is not known counts as the mean of what is.
    """

    per_category: int = 0
    per_attribute: Mapping[str, int] = field(default_factory=dict)
    max_price_ratio: float = 0.0
    min_price_ratio: float = 0.0
    diversity: float = 0.0
    margin_weight: float = 0.0
    stock_weight: float = 0.0

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    @property
    def reads_prices(self) -> bool:
        """Whether the offers of all seeds have to be known."""
        return bool(self.max_price_ratio or self.min_price_ratio)

    @property
    def window(self) -> int:
        """So many of the best candidates are looked at."""
        return WINDOW if self else 0

    def choose(
        self,
        factors: Mapping[str, float],
        first: int,
        ranking: Ranking,
        pins: Collection[str],
        seeds: Iterable[Offer],
        offers: Mapping[str, Offer],
    ) -> tuple[list[str], list[str]]:
        """Of the keys for sale, best first: up to `first` within the limits, and all that are
        beyond them. What the shop has pinned is always within, and counts.

        factors: key → what the shop's rules multiply its score by.
        """
        if self.margin_weight or self.stock_weight:
            factors = self._weighed(factors, ranking, pins, offers)
        within, beyond = self._parted([offers[key] for key in factors], seeds, pins)
        if not self.diversity:
            return [offer.key for offer in within[:first]], beyond
        pinned = [offer for offer in within if offer.key in pins][:first]
        candidates = [
            Candidate(
                offer,
                ranking.tier(offer.key),
                ranking.score(offer.key) * factors[offer.key],
            )
            for offer in within
            if offer.key not in pins
        ]
        varied = diversified(candidates, first - len(pinned), self.diversity, pinned)
        return [offer.key for offer in pinned] + varied, beyond

    def _weighed(
        self,
        factors: Mapping[str, float],
        ranking: Ranking,
        pins: Collection[str],
        offers: Mapping[str, Offer],
    ) -> dict[str, float]:
        """The same keys with the weights in their factors, in the order that these make."""
        margins = _powers({key: offers[key].margin for key in factors}, self.margin_weight)
        stocks = _powers({key: _log(offers[key].stock) for key in factors}, self.stock_weight)
        weighed = {key: one * margins[key] * stocks[key] for key, one in factors.items()}
        rest = [key for key in weighed if key not in pins]
        rest.sort(key=lambda key: (ranking.tier(key), -ranking.score(key) * weighed[key]))
        return {key: weighed[key] for key in (*(key for key in weighed if key in pins), *rest)}

    def _parted(
        self, offers: Iterable[Offer], seeds: Iterable[Offer], pins: Collection[str]
    ) -> tuple[list[Offer], list[str]]:
        bands = self._bands(seeds) if self.reads_prices else {}
        count: Counter[Kind] = Counter()
        within: list[Offer] = []
        beyond: list[str] = []
        for offer in offers:
            kinds = dict(self._kinds(offer))
            full = any(count[kind] >= most for kind, most in kinds.items())
            if offer.key not in pins and (full or _is_outside(offer, bands)):
                beyond.append(offer.key)
                continue
            count.update(kinds.keys())
            within.append(offer)
        return within, beyond

    def _kinds(self, offer: Offer) -> Iterator[tuple[Kind, int]]:
        """What a product is one of, each with how many there may be of it."""
        if self.per_category and offer.category_keys:
            yield ("", offer.category_keys[-1]), self.per_category
        for name, most in self.per_attribute.items():
            if offer.attributes.get(name):
                yield (name, offer.attributes[name]), most

    def _bands(self, seeds: Iterable[Offer]) -> dict[str, PriceBand]:
        """By currency; nothing where no price of a seed is known."""
        lowest = Decimal(str(self.min_price_ratio))
        highest = Decimal(str(self.max_price_ratio))
        prices: dict[str, list[Decimal]] = {}
        for seed in seeds:
            if seed.price is not None:
                prices.setdefault(seed.currency, []).append(seed.price)
        return {
            currency: (min(known) * lowest, max(known) * highest if highest else None)
            for currency, known in prices.items()
        }


def _log(stock: int | None) -> float | None:
    return None if stock is None else log1p(max(stock, 0))


def _powers(values: Mapping[str, float | None], weight: float) -> dict[str, float]:
    """Key → value ** weight, of no less than 0; a value that is not known is the mean of the
    others."""
    known = [max(value, 0.0) for value in values.values() if value is not None]
    usual = fmean(known) if known else 1.0
    return {
        key: (usual if value is None else max(value, 0.0)) ** weight
        for key, value in values.items()
    }


def _is_outside(offer: Offer, bands: Mapping[str, PriceBand]) -> bool:
    if offer.price is None or offer.currency not in bands:
        return False
    lowest, highest = bands[offer.currency]
    return offer.price < lowest or (highest is not None and offer.price > highest)


UNLIMITED = Limits()


def limits_of(surface: Surface, category: str) -> Limits:
    """What the settings ask for on a surface; nothing where one category is asked for."""
    if surface not in LIMITED or category:
        return UNLIMITED
    settings = get_settings()
    return Limits(
        per_category=settings.MAX_PER_CATEGORY,
        per_attribute=settings.MAX_PER_ATTRIBUTE,
        max_price_ratio=settings.MAX_PRICE_RATIO,
        min_price_ratio=settings.MIN_PRICE_RATIO,
        diversity=settings.DIVERSITY,
        margin_weight=settings.MARGIN_WEIGHT,
        stock_weight=settings.STOCK_WEIGHT,
    )
