"""One object from the database, with just what the query selects of it."""

from __future__ import annotations

from typing import Any

import strawberry
from django.db.models import QuerySet
from strawberry_django.optimizer import optimize


def fetch_one(found: QuerySet[Any], info: strawberry.Info) -> Any:
    """The first of `found`, or None. Any: strawberry takes a model where a type is declared."""
    return optimize(found, info).first()
