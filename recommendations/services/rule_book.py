"""The saved rules, known to every process: read again only after one of them has changed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from recommendations.models import MerchandisingRule, RuleStamp
from recommendations.services.rules import Rule

#: The stamp that was read last → the rules of that moment.
_known: dict[str, tuple[Rule, ...]] = {}


def rules_at(stamp: str | None) -> tuple[Rule, ...]:
    """The active rules at a stamp, which serving reads together with its lists."""
    if stamp is None:
        return ()
    rules = _known.get(stamp)
    if rules is None:
        rules = active_rules()
        _known.clear()
        _known[stamp] = rules
    return rules


def active_rules() -> tuple[Rule, ...]:
    return tuple(map(as_rule, MerchandisingRule.objects.filter(is_active=True)))


def as_rule(saved: MerchandisingRule) -> Rule:
    return Rule(
        number=saved.pk or 0,
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
        starts_at=saved.starts_at,
        ends_at=saved.ends_at,
        priority=saved.priority,
    )


def stamp_rules(**kwargs: Any) -> None:
    """Tells every process that a rule has changed, with the transaction that changes it.

    A random value, where a counter that was rolled back would come again with other rules.
    """
    RuleStamp.objects.update_or_create(pk=1, defaults={"value": uuid4().hex})
