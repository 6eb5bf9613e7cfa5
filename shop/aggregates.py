"""Aggregates for list pages."""

from typing import Any, cast

from django.db.models import Model, OuterRef, Subquery
from django.db.models.aggregates import Aggregate


def aggregate_over(model: type[Model], relation: str, aggregate: Aggregate) -> Subquery:
    """The aggregate over the rows that point at a row of `model`; NULL where there are none.

    A database computes it for the rows of one page, where a join would group the whole table.
    """
    link = cast(Any, model._meta.get_field(relation))
    name = link.field.name
    rows = link.related_model.objects.filter(**{name: OuterRef("pk")}).order_by().values(name)
    return Subquery(rows.annotate(value=aggregate).values("value"))
