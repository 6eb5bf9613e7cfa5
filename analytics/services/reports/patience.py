"""More time for the statements of a report than a connection gives those of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, router, transaction

from analytics.models import Event

#: What one statement may take.
SECONDS = 60


@contextmanager
def patience() -> Iterator[None]:
    """Lifts the limit on PostgreSQL (`statement_timeout`) and MariaDB (`max_statement_time`), where
    many stores set a short one. Other databases have none."""
    using = router.db_for_read(Event)
    connection = connections[using]
    if connection.vendor == "postgresql":
        with transaction.atomic(using):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [SECONDS * 1000])
            yield
    elif getattr(connection, "mysql_is_mariadb", False):
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@max_statement_time")
            (usual,) = cursor.fetchone()
            cursor.execute("SET max_statement_time = %s", [SECONDS])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET max_statement_time = %s", [usual])
    else:
        yield
