"""What makes a merchandising rule a broken one: each mistake by its field, with what is legal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from recommendations.choices import Effect, Target
from recommendations.conf import get_settings, get_store
from recommendations.stores.base import OfferFacts, Scope

#: Target → the fields that describe it; those of the others stay empty.
DESCRIBED_BY = {
    Target.PRODUCT: ("value",),
    Target.CATEGORY: ("value",),
    Target.ATTRIBUTE: ("attribute", "value"),
    Target.PRICE: ("at_least", "at_most", "currency"),
    Target.STOCK: ("at_least", "at_most"),
}
MAX_NAMED = 20


def check_rule(rule: Any) -> None:
    """Raises `ValidationError` with every mistake. Keys of variants become those of products."""
    RuleCheck(rule).run()


class RuleCheck:
    """One check of one `MerchandisingRule`."""

    def __init__(self, rule: Any) -> None:
        self.rule = rule
        self.problems: dict[str, ValidationError] = {}
        legal = get_settings().SCOPES
        self.scopes = [Scope(name) for name in legal if rule.scope in ("", name)]

    def run(self) -> None:
        self._check_factor()
        self._check_period()
        self._check_arm()
        if self.scopes:
            self._check_seed()
            self._check_target()
        else:
            self._refuse("scope", "unknown", _unknown(self.rule.scope, get_settings().SCOPES))
        if self.problems:
            raise ValidationError(dict(self.problems))

    def _refuse(self, field: str, code: str, message: str) -> None:
        self.problems.setdefault(field, ValidationError(message, code=code))

    def _check_factor(self) -> None:
        factor, effect = self.rule.factor, self.rule.effect
        if effect not in (Effect.BOOST, Effect.BURY):
            if factor is not None:
                self._refuse("factor", "contradiction", _("Only a boost or a bury has a factor."))
        elif effect == Effect.BOOST and (factor is None or not 1 < factor <= 1000):
            self._refuse("factor", "range", _("A boost needs a factor above 1, up to 1000."))
        elif effect == Effect.BURY and (factor is None or not 0 < factor < 1):
            self._refuse("factor", "range", _("To bury needs a factor above 0 and below 1."))

    def _check_period(self) -> None:
        starts, ends = self.rule.starts_at, self.rule.ends_at
        if starts and ends and ends <= starts:
            self._refuse("ends_at", "range", _("The end must be after the start."))

    def _check_arm(self) -> None:
        rule, experiment = self.rule, self.rule.arm.experiment if self.rule.arm else None
        if experiment and not (
            rule.surface in ("", experiment.surface) and rule.scope in ("", experiment.scope)
        ):
            message = _("The experiment of this arm is on another surface or in another scope.")
            self._refuse("arm", "contradiction", message)

    def _check_seed(self) -> None:
        if self.rule.seed_product and self.rule.seed_category:
            message = _("Name a seed product or a seed category, not both.")
            self._refuse("seed_category", "contradiction", message)
            return
        self._check_product("seed_product")
        self._check_category("seed_category")

    def _check_target(self) -> None:
        rule = self.rule
        if rule.target not in DESCRIBED_BY:
            return  # the field's own choices name the legal ones
        own = DESCRIBED_BY[rule.target]
        for field in ("value", "attribute", "at_least", "at_most", "currency"):
            if field not in own and getattr(rule, field) not in ("", None):
                message = _("This target is described by: %(fields)s.") % {"fields": _names(own)}
                self._refuse(field, "contradiction", message)
        if rule.effect == Effect.PIN and rule.target != Target.PRODUCT:
            self._refuse("target", "contradiction", _("Only a product can be pinned."))
        if "value" in own and not rule.value:
            self._refuse("value", "required", _("This target needs a value."))
        if rule.target == Target.PRODUCT:
            self._check_product("value")
            self._check_not_its_own_seed()
        elif rule.target == Target.CATEGORY:
            self._check_category("value")
        elif rule.target == Target.ATTRIBUTE:
            self._check_attribute()
        else:
            self._check_band()

    def _check_not_its_own_seed(self) -> None:
        if self.rule.value and self.rule.value == self.rule.seed_product:
            message = _("A product in the basket is never suggested: name another one.")
            self._refuse("value", "contradiction", message)

    def _check_product(self, field: str) -> None:
        key = getattr(self.rule, field)
        if not key:
            return
        for scope in self.scopes:
            canonical = get_store().canonical_keys([key], scope).get(key)
            if canonical is not None:
                setattr(self.rule, field, canonical)
                return
        message = _("The store has no product or SKU %(key)s.") % {"key": repr(key)}
        self._refuse(field, "unknown", message)

    def _check_category(self, field: str) -> None:
        key = getattr(self.rule, field)
        known = {key for scope in self.scopes for key in get_store().categories(scope)}
        if key and key not in known:
            self._refuse(field, "unknown", _unknown(key, sorted(known)))

    def _check_attribute(self) -> None:
        name, facts = self.rule.attribute, self._facts()
        known = None if any(one.attributes is None for one in facts) else _all_names(facts)
        if known == []:
            self._refuse("target", "unanswered", _("This store tells no attributes of its offers."))
        elif not name:
            self._refuse("attribute", "required", _("Name the attribute."))
        elif known is not None and name not in known:
            self._refuse("attribute", "unknown", _unknown(name, known))

    def _check_band(self) -> None:
        rule, facts = self.rule, self._facts()
        if rule.target == Target.STOCK and not any(one.stock for one in facts):
            self._refuse("target", "unanswered", _("This store tells no stock levels."))
            return
        if rule.target == Target.PRICE:
            self._check_prices(facts)
        low, high = rule.at_least, rule.at_most
        if low is None and high is None:
            self._refuse("at_least", "required", _("Give the least, the most, or both."))
        elif low is not None and high is not None and high < low:
            self._refuse("at_most", "range", _("The most must not be below the least."))
        for field in ("at_least", "at_most"):
            if (getattr(rule, field) or 0) < 0:
                self._refuse(field, "range", _("This must be 0 or more."))

    def _check_prices(self, facts: list[OfferFacts]) -> None:
        if not any(one.price for one in facts):
            self._refuse("target", "unanswered", _("This store tells no prices."))
            return
        legal = sorted({code for one in facts for code in one.currencies})
        if legal and self.rule.currency not in legal:
            self._refuse("currency", "unknown", _unknown(self.rule.currency, legal))
        elif not legal and self.rule.currency:
            message = _("This store names no currency for its prices: leave it empty.")
            self._refuse("currency", "contradiction", message)

    def _facts(self) -> list[OfferFacts]:
        return [get_store().offer_facts(scope) for scope in self.scopes]


def _all_names(facts: Iterable[OfferFacts]) -> list[str]:
    return sorted({name for one in facts for name in one.attributes or ()})


def _unknown(given: str, legal: Iterable[str]) -> str:
    return _("%(given)s is unknown; legal: %(legal)s.") % {
        "given": repr(given),
        "legal": _names(legal),
    }


def _names(values: Iterable[str]) -> str:
    """The first of them: a store may have thousands."""
    names = list(values)
    more = ["…"] if len(names) > MAX_NAMED else []
    return ", ".join([*names[:MAX_NAMED], *more]) or "–"
