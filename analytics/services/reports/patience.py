"""More time for the statements of a report than a connection gives those of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from analytics.models import Event

#: What one statement may take at the least.
SECONDS = 60


class Limit(NamedTuple):
    """How the time of a statement is read and set, in units of which a second has so many. Sessions
    without a limit have 0."""

    read: str
    write: str
    per_second: int


LIMITS = {
    "postgresql": Limit(
        "SELECT setting::integer FROM pg_settings WHERE name = 'statement_timeout'",
        "SELECT set_config('statement_timeout', %s::integer::text, false)",
        1000,
    ),
    "mariadb": Limit("SELECT @@max_statement_time", "SET max_statement_time = %s", 1),
}


@contextmanager
def patience() -> Iterator[None]:
    """Raises the limit of PostgreSQL (`statement_timeout`) and MariaDB (`max_statement_time`) where
    a store has set a shorter one. Other databases have none."""
    using = router.db_for_read(Event)
    connection = connections[using]
    limit = LIMITS.get("mariadb" if _is_mariadb(connection) else connection.vendor)
    usual = _read(connection, limit.read) if limit else 0
    if limit is None or not 0 < usual < SECONDS * limit.per_second:
        yield
        return
    _write(connection, limit.write, SECONDS * limit.per_second)
    try:
        with transaction.atomic(using):  # after an error the connection takes the next statement
            yield
    finally:
        _write(connection, limit.write, usual)


def _is_mariadb(connection: BaseDatabaseWrapper) -> bool:
    return getattr(connection, "mysql_is_mariadb", False)


def _read(connection: BaseDatabaseWrapper, sql: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (value,) = cursor.fetchone()
    return float(value)


def _write(connection: BaseDatabaseWrapper, sql: str, value: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
