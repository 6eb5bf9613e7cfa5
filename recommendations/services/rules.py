"""What the shop's rules do to a ranking. Plain functions of offers: no database, no clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from recommendations.choices import Effect, Target
from recommendations.services.merging import Ranking
from recommendations.stores.base import Offer

#: The best candidates that are looked at where a rule moves products by what their offers say.
WINDOW = 100

#: Sets of seeds remembered, at most, with what they wake.
MAX_WOKEN = 1000

#: What a product is known by: (PRODUCT, "", its key), (ATTRIBUTE, "brand", "Acme"), …
Label = tuple[str, str, str]
#: Prices in a currency or stock levels, from one bound to the other.
Band = tuple[str, str, Decimal | None, Decimal | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A saved rule, or one that is tried out. Empty fields are about anything.

    It speaks in a `surface` and `scope` while a period lasts, to visitors in an `arm`, for baskets
    with `seed_product` or a product of `seed_category`, of what `target`, `value`, `attribute` and
    the bounds describe.
    `factor` is what boosts (> 1) and buries (< 1) multiply scores by.
    """

    number: int = 0
    name: str = ""
    effect: str
    factor: float = 1.0
    surface: str = ""
    scope: str = ""
    seed_product: str = ""
    seed_category: str = ""
    arm: str = ""
    target: str = Target.PRODUCT
    value: str = ""
    attribute: str = ""
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    currency: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 0

    def __str__(self) -> str:
        factor = f" × {self.factor:g}" if self.effect in (Effect.BOOST, Effect.BURY) else ""
        return f"{_(self.effect)}{factor} ({self.name})"

    def is_on(self, surface: str, scope: str, now: datetime, arm: str = "") -> bool:
        """`ends_at` itself is past the end."""
        return (
            self.surface in ("", surface)
            and self.arm in ("", arm)
            and self.scope in ("", scope)
            and (self.starts_at is None or self.starts_at <= now)
            and (self.ends_at is None or now < self.ends_at)
        )

    @property
    def seed(self) -> Label | None:
        """What a basket needs for it; None where any will do."""
        if self.seed_product:
            return (Target.PRODUCT, "", self.seed_product)
        return (Target.CATEGORY, "", self.seed_category) if self.seed_category else None

    @property
    def label(self) -> Label | None:
        """What its products are known by; None for a band of prices or stock levels."""
        if self.target in (Target.PRICE, Target.STOCK):
            return None
        return (self.target, self.attribute, self.value)

    @property
    def reads_offers(self) -> bool:
        """Whether the offer of a product has to be known to say where it belongs."""
        return self.effect in (Effect.BOOST, Effect.BURY) and self.target != Target.PRODUCT

    @property
    def band(self) -> Band:
        return (self.target, self.currency, self.at_least, self.at_most)

    def holds(self, offer: Offer) -> bool:
        """Whether an offer is in the band. What is not known is in none."""
        amount: Decimal | int | None
        if self.target == Target.STOCK:
            amount = offer.stock
        else:
            amount = offer.price if offer.currency == self.currency else None
        return (
            amount is not None
            and (self.at_least is None or self.at_least <= amount)
            and (self.at_most is None or amount <= self.at_most)
        )


def labels(offer: Offer) -> Iterator[Label]:
    yield (Target.PRODUCT, "", offer.key)
    for category in offer.category_keys:
        yield (Target.CATEGORY, "", category)
    for name, value in offer.attributes.items():
        yield (Target.ATTRIBUTE, name, value)


def by_weight(rules: Iterable[Rule]) -> list[Rule]:
    """The ones that count most first; of equal priority the older."""
    return sorted(rules, key=lambda rule: (-rule.priority, rule.number))


class Effects:
    """What some rules do, whatever the basket.

    Excluding is stronger than all else. Pinned products keep the order of their rules. Of the
    boosts and buries of one product the one with the highest priority counts, and the older of two
    equal ones.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._labelled: dict[Label, list[Rule]] = {}
        self._banded: dict[Band, list[Rule]] = {}
        self._weight: dict[int, int] = {}
        self._moving: list[Rule] = []
        self.pins: list[str] = []
        for place, rule in enumerate(by_weight(rules)):
            self._weight[id(rule)] = place
            if rule.effect == Effect.PIN:
                self.pins += [rule.value] if rule.value not in self.pins else []
            elif rule.effect != Effect.EXCLUDE:
                self._moving.append(rule)
            if rule.label is None:
                self._banded.setdefault(rule.band, []).append(rule)
            else:
                self._labelled.setdefault(rule.label, []).append(rule)

    def __bool__(self) -> bool:
        return bool(self._weight)

    @property
    def named(self) -> list[str]:
        """The products that are pinned, boosted or buried by their keys."""
        moved = [rule.value for rule in self._moving if rule.target == Target.PRODUCT]
        return [*self.pins, *moved]

    def on(self, offer: Offer) -> list[Rule]:
        """The rules that are about this product, the one that counts most first."""
        found: list[Rule] = []
        for rules in self._banded.values():
            if rules[0].holds(offer):
                found += rules
        for label in labels(offer):
            if label in self._labelled:
                found += self._labelled[label]
        if len(found) > 1:
            found.sort(key=lambda rule: self._weight[id(rule)])
        return found

    def factor(self, offer: Offer) -> float:
        """What the score of a product is multiplied by; 0 where the shop excludes it."""
        rules = self.on(offer)
        if any(rule.effect == Effect.EXCLUDE for rule in rules):
            return 0.0
        return next((rule.factor for rule in rules if rule.effect != Effect.PIN), 1.0)

    def ordered(
        self, ranking: Ranking, depth: int, offers: Mapping[str, Offer]
    ) -> dict[str, float]:
        """The pinned products, then by score × factor the best `depth` and the others named by a
        rule; of all these only what the shop does not exclude. Each with its factor.

        What the basket speaks for stays above what fills up, and each filling above the next: a
        boost moves a product among its like. Equal ones keep the order of the ranking.
        """
        pinned = [key for key in self.pins if key in offers and ranking.admits(key)]
        heads = dict.fromkeys(ranking.keys[:depth])
        heads |= {key: None for key in self.named if ranking.holds(key)}
        rest = [key for key in heads if key in offers and key not in pinned]
        factors = {key: self.factor(offers[key]) for key in (*pinned, *rest)}
        if self._moving:
            rest.sort(key=lambda key: (ranking.tier(key), -ranking.score(key) * factors[key]))
        return {key: factors[key] for key in (*pinned, *rest) if factors[key]}


class RuleSet:
    """The rules that are on for one surface at one moment, ready for any basket."""

    def __init__(
        self, rules: Collection[Rule], surface: str, scope: str, now: datetime, arm: str = ""
    ) -> None:
        on = [rule for rule in rules if rule.is_on(surface, scope, now, arm)]
        self._always = [rule for rule in on if rule.seed is None]
        self._by_seed: dict[Label, list[Rule]] = {}
        for rule in on:
            if rule.seed is not None:
                self._by_seed.setdefault(rule.seed, []).append(rule)
        #: By the seeds that wake rules: most baskets wake none.
        self._made: dict[frozenset[Label], Effects] = {}
        moments = {one for rule in rules for one in (rule.starts_at, rule.ends_at) if one}
        self._since = max((one for one in moments if one <= now), default=None)
        self._until = min((one for one in moments if one > now), default=None)
        self.window = WINDOW if any(rule.reads_offers for rule in on) else 0
        self.attributes = {rule.attribute for rule in on if rule.target == Target.ATTRIBUTE}

    def __bool__(self) -> bool:
        return bool(self._always or self._by_seed)

    def stands_at(self, now: datetime) -> bool:
        """Whether the same rules are on at this moment: none has begun or ended in between."""
        return (self._since is None or self._since <= now) and (
            self._until is None or now < self._until
        )

    def possible(self, seeds: Collection[str]) -> Effects:
        """As if each category that a rule waits for were in the basket: what to look up for it."""
        return self._woken_by(
            label for label in self._by_seed if label[0] == Target.CATEGORY or label[2] in seeds
        )

    def effects(
        self, seeds: Collection[str], category: str, offers: Mapping[str, Offer]
    ) -> Effects:
        """For a basket of `seeds`, or for what is wanted of a `category`, of whose products some
        must be among the `offers` to tell which categories it is in."""
        return self._woken_by(
            label for label in self._labels_of(seeds, category, offers) if label in self._by_seed
        )

    def _woken_by(self, labels: Iterable[Label]) -> Effects:
        woken = frozenset(labels)
        effects = self._made.get(woken)
        if effects is None:
            waiting = (rule for label in woken for rule in self._by_seed[label])
            effects = Effects([*self._always, *waiting])
            if len(self._made) >= MAX_WOKEN:
                self._made.clear()
            self._made[woken] = effects
        return effects

    def _labels_of(
        self, seeds: Collection[str], category: str, offers: Mapping[str, Offer]
    ) -> Iterator[Label]:
        if not self._by_seed:
            return
        for key in _above(category, offers) if category else ():
            yield (Target.CATEGORY, "", key)
        for seed in seeds:
            yield (Target.PRODUCT, "", seed)
            if seed in offers:
                for key in offers[seed].category_keys:
                    yield (Target.CATEGORY, "", key)


def _above(category: str, offers: Mapping[str, Offer]) -> set[str]:
    """A category with those above it: what comes before it in the paths of all of its products."""
    paths = [one.category_keys for one in offers.values() if category in one.category_keys]
    before = [set(path[: path.index(category)]) for path in paths]
    return {category}.union(set.intersection(*before) if before else ())
