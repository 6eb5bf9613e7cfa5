"""Why a product is suggested, in the language of the request."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from recommendations.conf import get_settings
from recommendations.engine.content import words
from recommendations.services.suggestions import Evidence, Source
from recommendations.stores.base import Offer

MAX_COMMON = 3


def reason_for(
    source: Source,
    offer: Offer,
    seed: Offer | None = None,
    evidence: Evidence | None = None,
    viewed: bool = False,
) -> str:
    """`seed` is the strongest of what the suggestion follows from, which the person has bought or
    only looked at (`viewed`); `evidence` is that of the two."""
    if source == Source.PINNED:
        return _("Picked by the shop")
    title = seed.title if seed else _("this product")
    if evidence:
        reason = _("In %(pair)s of %(orders)s orders with %(title)s") % {
            "pair": number_format(evidence.pair_orders, force_grouping=True),
            "orders": number_format(evidence.seed_orders, force_grouping=True),
            "title": title,
        }
        if source != Source.PERSONAL:
            return reason
        told = (
            _("You looked at %(title)s. %(reason)s")
            if viewed
            else _("You bought %(title)s. %(reason)s")
        )
        return told % {"title": title, "reason": reason}
    if source in (Source.SIMILAR, Source.PERSONAL) and seed:
        common = in_common(offer, seed)
        if common:
            return _("Similar to %(title)s: %(common)s") % {
                "title": title,
                "common": ", ".join(common),
            }
        return _("Similar to %(title)s") % {"title": title}
    return {
        Source.SIMILAR: _("Similar to what you are looking at"),
        Source.PERSONAL: _("For you"),
        Source.VIEWED: _("You looked at this"),
        Source.TRENDING: _("In demand at the moment"),
        Source.NEW: _("New in this store"),
    }.get(source, _("Popular in this store"))


def repeat_reason(times: int, interval: float, last: datetime) -> str:
    """For a product that somebody bought so many times, every so many days, and when last."""
    date = date_format(timezone.localtime(last), "DATE_FORMAT")
    if times < 2:
        return _("You bought this on %(date)s") % {"date": date}
    return _("You buy this about every %(days)s days, last on %(date)s") % {
        "days": max(1, round(interval)),
        "date": date,
    }


def in_common(one: Offer, other: Offer) -> list[str]:
    """What both have, at most three of it: values of the attributes that may be told, then the
    innermost category, then words of the title that have not been said."""
    told = [
        f"{name} {value}"
        for name in get_settings().REASON_ATTRIBUTES
        if (value := one.attributes.get(name)) and value == other.attributes.get(name)
    ]
    if one.category and one.category_keys[-1:] == other.category_keys[-1:]:
        told.append(one.category)
    shared = set(words(other.title)) - set(words(" ".join(told)))
    told += [word for word in dict.fromkeys(words(one.title)) if word in shared]
    return told[:MAX_COMMON]
