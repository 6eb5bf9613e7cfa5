"""Chooses the database of a pass, and says what to do where a server does not answer.

`pytest` runs on SQLite in memory, `pytest --server postgresql` and `--server mariadb` on theirs.
A missing server skips, or fails where `BOUGHTWITH_REQUIRE_SERVICES=1` promises that it is there.
"""

import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest


class Server(NamedTuple):
    name: str
    variable: str
    default_url: str

    @property
    def url(self) -> str:
        return os.environ.get(self.variable, self.default_url)


SERVERS = {
    "postgresql": Server(
        "PostgreSQL",
        "BOUGHTWITH_POSTGRESQL_URL",
        "postgres://postgres@127.0.0.1:5432/postgres",
    ),
    "mariadb": Server(
        "MariaDB",
        "BOUGHTWITH_MARIADB_URL",
        "mysql://root@127.0.0.1:3306/test",
    ),
}

#: Tests that ask no database: running them once, in the plain pass, is enough.
WITHOUT_DATABASE = ("architecture", "engine", "analytics/stats", "e2e/test_wheel.py")


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def services_are_required() -> bool:
    return os.environ.get("BOUGHTWITH_REQUIRE_SERVICES") == "1"


def require_server(host: str, port: int, name: str) -> None:
    """Skips the running test where the server is down, or fails it where it has to be up."""
    __tracebackhide__ = True
    if answers(host, port):
        return
    missing = f"no {name} answers at {host}:{port}"
    if services_are_required():
        pytest.fail(missing)
    pytest.skip(missing)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server",
        choices=sorted(SERVERS),
        help="run on this database server, and not on SQLite",
    )


@pytest.hookimpl(wrapper=True)  # wrappers run first: pytest-django loads the settings in this hook
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    chosen = early_config.known_args_namespace.server
    if chosen is None:
        os.environ.pop("DATABASE_URL", None)
    else:
        os.environ["DATABASE_URL"] = SERVERS[chosen].url
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    chosen = config.getoption("--server")
    if chosen is None:
        return
    server = SERVERS[chosen]
    address = urlsplit(server.url)
    if not answers(address.hostname or "", address.port or 0):
        missing = f"no {server.name} answers at {address.hostname}:{address.port}"
        if services_are_required():
            pytest.exit(missing, returncode=1)
        pytest.exit(f"skipped: {missing}", returncode=0)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if config.getoption("--server") is None:
        return None
    outside = {Path(__file__).parent / name for name in WITHOUT_DATABASE}
    return True if collection_path in outside else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--server") is not None:
        return
    skip = pytest.mark.skip(reason="needs row locks: runs with --server postgresql or mariadb")
    for item in items:
        if "row_locks" in item.keywords:
            item.add_marker(skip)
