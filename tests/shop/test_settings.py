"""Production refuses to start unsafe, and every database gets the options it needs."""

import os
import subprocess
import sys

import pytest

from shop.settings.base import BASE_DIR, database

SAFE = {
    "DJANGO_SETTINGS_MODULE": "shop.settings.production",
    "SECRET_KEY": "k3y-0f-0nly-th1s-t3st:" + "qwertzuiopasdfghjklyxcvbnm0123456789",
    "ALLOWED_HOSTS": "shop.example",
    "DATABASE_URL": "sqlite://:memory:",
    "SHOP_ENCRYPTION_KEYS": "bm90IGEgc2VjcmV0OiB0aGlzIGlzIGEgdGVzdCBrZXk=",
}


def check_deployment(**environment):
    """Runs Django's deployment checks; None leaves a variable out."""
    variables = os.environ | SAFE | environment
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=BASE_DIR,
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_passes_the_deployment_checks():
    done = check_deployment()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"SECRET_KEY": None}, "Set the SECRET_KEY environment variable"),
        ({"SECRET_KEY": "x" * 49}, "SECRET_KEY must have at least 50 random characters."),
        ({"SHOP_ENCRYPTION_KEYS": None}, "Set the SHOP_ENCRYPTION_KEYS environment variable"),
        ({"ALLOWED_HOSTS": None}, "Set the ALLOWED_HOSTS environment variable"),
    ],
    ids=["no key", "short key", "no encryption keys", "no hosts"],
)
def test_production_does_not_start_without(environment, message):
    done = check_deployment(**environment)
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {message}" in done.stderr


@pytest.mark.parametrize(
    ("url", "engine", "options"),
    [
        ("sqlite:///shop.sqlite3", "sqlite3", {"transaction_mode": "IMMEDIATE", "timeout": 20}),
        (
            "postgres://shop@db/shop",
            "postgresql",
            {"options": "-c statement_timeout=5s -c lock_timeout=2s"},
        ),
        (
            "mysql://shop@db/shop",
            "mysql",
            {"charset": "utf8mb4", "isolation_level": "read committed"},
        ),
    ],
    ids=["SQLite", "PostgreSQL", "MariaDB"],
)
def test_a_database_comes_with_its_options(monkeypatch, url, engine, options):
    monkeypatch.setenv("DATABASE_URL", url)
    config = database("sqlite://:memory:")
    assert config["ENGINE"] == f"django.db.backends.{engine}"
    assert config["OPTIONS"].items() >= options.items()
    assert config["CONN_HEALTH_CHECKS"] is True


def test_an_option_in_the_url_wins(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.sqlite3?timeout=3")
    assert database("")["OPTIONS"]["timeout"] == 3
