"""The database of a settings project without the shop."""

from typing import Any

import environ


def database() -> dict[str, Any]:
    """SQLite in memory, or the server that the pytest option `--server` chose."""
    config: dict[str, Any] = environ.Env().db_url("DATABASE_URL", default="sqlite://:memory:")
    if config["ENGINE"].endswith("mysql"):
        import pymysql

        pymysql.install_as_MySQLdb()
        config |= {"OPTIONS": {"charset": "utf8mb4"}, "TEST": {"CHARSET": "utf8mb4"}}
    return config
