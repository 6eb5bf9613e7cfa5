from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

from shop.orders.importing.lookups import lookup

DIGEST_LENGTH = 12
MAX_SLUG = 140


def unique_slugs(rows: QuerySet[Any], texts: Mapping[str, str]) -> dict[str, str]:
    """A slug for each key, made from its text; where it is taken a digest of the key tells apart.

    Codes that differ in case only, or have no ASCII letter at all, make one and the same slug.
    """
    longest = MAX_SLUG - DIGEST_LENGTH - 1
    without_letters = str(rows.model._meta.model_name)
    wanted = {key: slugify(text)[:longest] or without_letters for key, text in texts.items()}
    taken = {slug for (slug,) in lookup(rows, "slug", {*wanted.values()}, "slug")}
    for key, slug in wanted.items():
        if slug in taken:
            digest = hashlib.sha256(key.encode()).hexdigest()[:DIGEST_LENGTH]
            wanted[key] = f"{slug}-{digest}"
        taken.add(wanted[key])
    return wanted
