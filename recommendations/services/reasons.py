"""Why a product is suggested, in the language of the request."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from recommendations.services.suggestions import Evidence, Source


def reason_for(source: Source, evidence: Evidence | None, seed_title: str) -> str:
    title = seed_title or _("this product")
    if evidence is None:
        return (
            _("Similar to %(title)s") % {"title": title}
            if source == Source.SIMILAR
            else _("Popular in this store")
        )
    return _("In %(pair)s of %(orders)s orders with %(title)s") % {
        "pair": number_format(evidence.pair_orders, force_grouping=True),
        "orders": number_format(evidence.seed_orders, force_grouping=True),
        "title": title,
    }
