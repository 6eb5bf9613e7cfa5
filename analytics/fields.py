"""Model fields."""

from typing import Any

from django.db import models


class KeyField(models.CharField):
    """A key from outside (of a product, an order, a person), compared byte by byte: MariaDB and
    MySQL would take `85123a` and `85123A` for the same."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters
