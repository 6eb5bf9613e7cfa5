"""Model fields."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.lookups import In


class KeyField(models.CharField):
    """An identifier from outside (product key, SKU, order number), compared byte by byte.

    MariaDB and MySQL compare text without regard to case by default, so `85123a` and `85123A`,
    two products of one real catalogue, would collide there.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters


@KeyField.register_lookup
class KeyIn(In):
    """`IN`, whose SQL on PostgreSQL is the same for any number of keys: they are one array there,
    where hundreds of parameters take longer to write and to read than the rows to find."""

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        keys = self.rhs
        if not self.rhs_is_direct_value() or not all(isinstance(key, str) for key in keys):
            return super().as_sql(compiler, connection)
        if not keys:
            raise EmptyResultSet
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, list(keys)]
