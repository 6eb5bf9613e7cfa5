"""How the shop steers what is suggested, by rules and experiments, known to every process: read
again only after one of them has changed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime

from recommendations.models import MerchandisingRule
from recommendations.services.experiments import Plan, PlannedArm, running_plans
from recommendations.services.rules import Rule, RuleSet

#: The number of a rule that has none yet: it comes after the older ones.
NOT_SAVED = sys.maxsize


@dataclass(frozen=True)
class Steering:
    """The active rules and the experiments that run."""

    rules: tuple[Rule, ...] = ()
    plans: tuple[Plan, ...] = ()
    _sets: dict[tuple[str, str, str], RuleSet] = field(default_factory=dict, compare=False)

    def rules_at(self, surface: str, scope: str, now: datetime, arm: str) -> RuleSet:
        """The rules that are on, made ready once until the next of them begins or ends."""
        place = (surface, scope, arm)
        known = self._sets.get(place)
        if known is None or not known.stands_at(now):
            known = self._sets[place] = RuleSet(self.rules, surface, scope, now, arm)
        return known

    def plan(self, surface: str, scope: str) -> Plan | None:
        """The experiment on a surface: one at most."""
        found = (one for one in self.plans if (one.surface, one.scope) == (surface, scope))
        return next(found, None)


@dataclass(frozen=True)
class Trial:
    """What is tried out in place of all that: the rules of a moment, and the arm of a visitor."""

    rules: RuleSet
    arm: PlannedArm | None


UNSTEERED = Steering()
#: The stamp that was read last → what it stands for.
_known: dict[str, Steering] = {}


def last_known() -> Steering:
    """What was read last, to guess what a request needs before its lists tell the stamp."""
    return next(iter(_known.values()), UNSTEERED)


def steering_at(stamp: str | None) -> Steering:
    """What stands at a stamp, which serving reads together with its lists."""
    if stamp is None:
        return UNSTEERED
    steering = _known.get(stamp)
    if steering is None:
        steering = Steering(active_rules(), tuple(running_plans()))
        _known.clear()
        _known[stamp] = steering
    return steering


def active_rules() -> tuple[Rule, ...]:
    saved = MerchandisingRule.objects.filter(is_active=True).select_related("arm")
    return tuple(map(as_rule, saved))


def as_rule(saved: MerchandisingRule) -> Rule:
    return Rule(
        number=saved.pk or NOT_SAVED,
        name=saved.name,
        effect=saved.effect,
        factor=saved.factor or 1.0,
        surface=saved.surface,
        scope=saved.scope,
        seed_product=saved.seed_product,
        seed_category=saved.seed_category,
        target=saved.target,
        value=saved.value,
        attribute=saved.attribute,
        at_least=saved.at_least,
        at_most=saved.at_most,
        currency=saved.currency,
        arm=saved.arm.key if saved.arm else "",
        starts_at=saved.starts_at,
        ends_at=saved.ends_at,
        priority=saved.priority,
    )
