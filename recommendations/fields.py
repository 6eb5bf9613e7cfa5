"""Model fields."""

from typing import Any

from django.db import models


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
