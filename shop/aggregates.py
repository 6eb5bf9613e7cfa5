"""Aggregates over what points at a row, and one that Django lacks."""

from typing import Any, cast

from django.db.models import JSONField, Model, OuterRef, Subquery
from django.db.models.aggregates import Aggregate


class JSONArrayAgg(Aggregate):
    """The values of a column as one list, in no particular order."""

    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_AGG", **context)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_ARRAYAGG", **context)


def aggregate_over(model: type[Model], relation: str, aggregate: Aggregate) -> Subquery:
    """The aggregate over the rows that point at a row of `model`; NULL where there are none.

    A database computes it for the rows of one page, where a join would group the whole table.
    """
    link = cast(Any, model._meta.get_field(relation))
    name = link.field.name
    rows = link.related_model.objects.filter(**{name: OuterRef("pk")}).order_by().values(name)
    return Subquery(rows.annotate(value=aggregate).values("value"))
