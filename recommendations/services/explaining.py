"""Why this, why not that: what became of every candidate, and what a rule would change."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from recommendations.choices import Effect, Outcome
from recommendations.conf import get_settings, get_store
from recommendations.exceptions import BadArtifact, InvalidArgument
from recommendations.models import MerchandisingRule, ModelVersion, Surface
from recommendations.services.answering import Answering
from recommendations.services.counting import quality_of
from recommendations.services.experiments import planned
from recommendations.services.lists import Lists
from recommendations.services.questions import Question
from recommendations.services.rules import Rule, RuleSet
from recommendations.services.serving import ANYBODY
from recommendations.services.steering import Trial, active_rules, as_rule
from recommendations.services.suggestions import Suggestion, Suggestions
from recommendations.stores.base import Carts, Scope

logger = logging.getLogger(__name__)

#: Surfaces whose question is some products, and nothing else.
FOR_PRODUCTS = (Surface.FREQUENTLY_BOUGHT_WITH, Surface.SIMILAR_PRODUCTS)
#: Suggestions in a preview, and candidates that are explained.
SHOWN, DEPTH = 8, 30


@dataclass(frozen=True)
class Explanation:
    """One product, its share of the score by seed, the rules about it by name, and what became of
    it. `rank` is the model's, 0 where it is no candidate; `place` in the answer, 0 where it is not
    shown. `quality`: what low ratings and returns have multiplied its score by, 1 for most."""

    rank: int
    key: str
    title: str
    score: float
    shares: dict[str, float]
    quality: float
    rules: tuple[str, ...]
    for_sale: bool
    outcome: Outcome
    place: int

    @property
    def parts(self) -> dict[str, float]:
        """By seed, its part of all that speaks for the product, from 0 to 1."""
        total = sum(self.shares.values())
        return {seed: share / total for seed, share in self.shares.items()}


@dataclass(frozen=True)
class Comparison:
    """What is shown with the rules as they are saved, and what would be with one that is not: both
    while that one is on and where it is on, or now if that is over.

    `starts_later`, `is_over`: the rule is not on now.
    """

    saved: Suggestions
    tried: Suggestions
    starts_later: bool
    is_over: bool

    @property
    def changes(self) -> bool:
        return [one.key for one in self.saved.items] != [one.key for one in self.tried.items]

    @property
    def came(self) -> set[str]:
        """What is shown with the rule only."""
        return {one.key for one in self.tried.items} - {one.key for one in self.saved.items}


def known_keys(keys: Iterable[str], scope: Scope) -> list[str]:
    """The products of these keys and SKUs; `cart:ID` stands for what is in the cart of that id.
    Raises `InvalidArgument` for one that is unknown, and for a cart that is not there or empty."""
    asked = list(keys)
    known = get_store().canonical_keys(asked, scope)
    found = [
        one
        for key in asked
        for one in ([known[key]] if key in known else _products_in_cart(key, scope))
    ]
    return list(dict.fromkeys(found))


def _products_in_cart(named: str, scope: Scope) -> Collection[str]:
    store, (prefix, _colon, cart) = get_store(), named.partition(":")
    if prefix != "cart" or not isinstance(store, Carts):
        text = _("The store has no product or SKU %(key)s.")
        raise InvalidArgument(text % {"key": repr(named)})
    products = store.products_in_cart(cart, scope)
    if not products:
        text = _("There is no cart %(cart)s with anything in it.")
        raise InvalidArgument(text % {"cart": repr(cart)})
    return products


def scope_of(rule: MerchandisingRule) -> Scope:
    """Its own, that of the experiment it is kept to, or the first."""
    of_arm = rule.arm.experiment.scope if rule.arm else ""
    return Scope(rule.scope or of_arm or get_settings().SCOPES[0])


def compare(rule: MerchandisingRule, basket: Collection[str]) -> Comparison:
    """Tries out a rule, saved or not, on a basket: on its own surface, on that of the experiment
    it is kept to, or under the basket."""
    of_arm = rule.arm.experiment.surface if rule.arm else ""
    surface = Surface(rule.surface or of_arm or Surface.FREQUENTLY_BOUGHT_WITH)
    scope, arm = scope_of(rule), planned(rule.arm) if rule.arm else None
    now = timezone.now()
    moment = max(now, rule.starts_at or now)
    saved = active_rules()
    others = [one for one in saved if one.number != rule.pk]
    draft = [as_rule(rule)] if rule.is_active else []

    def shown(rules: Sequence[Rule]) -> Suggestions:
        on = RuleSet(rules, surface, scope.name, moment, arm.key if arm else "")
        return _answering(surface, basket, SHOWN, scope, Trial(on, arm)).answers()[0]

    return Comparison(
        saved=shown(saved),
        tried=shown([*others, *draft]),
        starts_later=moment > now,
        is_over=rule.ends_at is not None and rule.ends_at <= now,
    )


def _answering(
    surface: Surface,
    basket: Collection[str],
    first: int,
    scope: Scope,
    trial: Trial | None = None,
) -> Answering:
    return Answering(surface, [Question.of(basket)], first, ANYBODY, scope, trial)


def explain(
    basket: Collection[str],
    first: int,
    scope: Scope,
    depth: int,
    wanted: Collection[str] = (),
    surface: Surface = Surface.FREQUENTLY_BOUGHT_WITH,
) -> list[Explanation]:
    """The best `depth` candidates of a basket, the order they were ranked in, and after them what
    became of the `wanted` and the pinned products that are not among these."""
    answering = _answering(surface, basket, first, scope)
    shown = [one.key for one in answering.answers()[0].items]
    (ranking,), effects = answering.rankings, answering.effects(0)
    ranks = {key: rank for rank, key in enumerate(ranking.keys, start=1)}
    keys = list(dict.fromkeys([*ranking.keys[:depth], *effects.pins, *wanted]))
    answering.look_up(keys)
    factors = _factors(answering.lists)

    def outcome(key: str, rules: Collection[Rule]) -> Outcome:
        first_that_holds = {
            Outcome.IN_BASKET: key in basket,
            Outcome.DELETED: key not in answering.offers,
            Outcome.EXCLUDED: any(rule.effect == Effect.EXCLUDE for rule in rules),
            Outcome.NOT_FOR_SALE: not answering.is_for_sale(key),
            Outcome.SHOWN: key in shown,
            Outcome.HELD_BACK: key in answering.held_back[0],
            Outcome.BELOW: key in ranks,
        }
        return next((one for one, holds in first_that_holds.items() if holds), Outcome.UNSPOKEN)

    def explanation(key: str) -> Explanation:
        offer = answering.offers.get(key)
        rules = effects.on(offer) if offer else []
        return Explanation(
            rank=ranks.get(key, 0),
            key=key,
            title=offer.title if offer else "",
            score=ranking.score(key) if key in ranks else 0.0,
            shares={share.seed: share.score for share in ranking.shares(key)},
            quality=factors.get(key, 1.0),
            rules=tuple(map(str, rules)),
            for_sale=answering.is_for_sale(key),
            outcome=outcome(key, rules),
            place=shown.index(key) + 1 if key in shown else 0,
        )

    return [explanation(key) for key in keys]


def _factors(lists: Lists) -> dict[str, float]:
    """Of the products that count less in these lists."""
    if lists.memory is None:
        return {}
    try:
        return quality_of(ModelVersion(pk=lists.memory.version_id))
    except BadArtifact as error:
        logger.warning("nobody can say what counts less: %s", error)
        return {}


def suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    """The shape commands print: names as in GraphQL."""
    evidence = suggestion.evidence
    return {
        "key": suggestion.key,
        "title": suggestion.title,
        "score": suggestion.score,
        "source": suggestion.source.value,
        "reason": suggestion.reason,
        "becauseOf": list(suggestion.because_of),
        "pairOrders": evidence and evidence.pair_orders,
        "support": evidence and evidence.support,
        "confidence": evidence and evidence.confidence,
        "lift": evidence and evidence.lift,
    }
