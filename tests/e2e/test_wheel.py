"""The wheel: what is in it, and that a django-oscar store takes it in and lets it go again."""

import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.architecture.sources import ROOT

HOST = """
import oscar
from oscar.defaults import *

SECRET_KEY = "only-for-tests"
INSTALLED_APPS = [*oscar.INSTALLED_APPS, {plugin}]
SITE_ID = 1
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [{{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {{"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]}},
}}]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "host.sqlite3"}}}}
HAYSTACK_CONNECTIONS = {{"default": {{"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
USE_TZ = True
RECOMMENDATIONS = {{"STORE": "recommendations.stores.oscar.OscarStore"}}
"""


def run(*command, cwd):
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env["DJANGO_SETTINGS_MODULE"] = "host"
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a clean copy: what an earlier build left behind must not get into it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, done.stdout.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out]
    run(*command, cwd=source)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture
def host(tmp_path):
    """A project in a virtual environment that has django-oscar, but neither us nor our shop."""
    venv.create(tmp_path / "env", with_pip=False)
    (site,) = (tmp_path / "env").glob("lib/python*/site-packages")
    (site / "beside.pth").write_text(sysconfig.get_paths()["purelib"])
    return tmp_path


def python(host, *arguments):
    return run(host / "env" / "bin" / "python", *arguments, cwd=host)


def configure(host, *, plugin):
    apps = '"recommendations", "analytics"' if plugin else ""
    (host / "host.py").write_text(HOST.format(plugin=apps))


def pip(host, *arguments):
    command = [sys.executable, "-m", "pip", "--python", host / "env" / "bin" / "python"]
    return run(*command, *arguments, cwd=host)


def tables(host):
    with sqlite3.connect(host / "host.sqlite3") as database:
        return database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def test_the_wheel_holds_the_plugin_and_no_more(wheel):
    names = ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops >= {"recommendations", "analytics"}
    assert tops.isdisjoint({"shop", "tests", "docs"})
    for needed in (
        "py.typed",
        "migrations/0001_initial.py",
        "templates/recommendations/suggestions.html",
        "templates/admin/recommendations/modelversion/change_list.html",
        "templatetags/recommendations.py",
        "locale/zh_Hans/LC_MESSAGES/django.mo",
        "stores/oscar.py",
    ):
        assert f"recommendations/{needed}" in names
    for needed in (
        "py.typed",
        "migrations/0001_initial.py",
        "locale/zh_Hans/LC_MESSAGES/django.mo",
        "management/commands/prune_events.py",
        "templates/admin/boughtwith_analytics/report/page.html",
        "static/analytics/dashboard.js",
        "static/analytics/dashboard.css",
        "oscar/receivers.py",
    ):
        assert f"analytics/{needed}" in names


def test_an_oscar_store_takes_it_in_and_lets_it_go(wheel, host):
    configure(host, plugin=False)
    python(host, "-m", "django", "migrate", "-v0")
    before = tables(host)
    assert any(name == "order_line" for name, _ in before)

    pip(host, "install", "-q", "--no-deps", "--no-index", "--ignore-installed", wheel)
    configure(host, plugin=True)
    where = python(host, "-c", "import recommendations; print(recommendations.__file__)")
    assert Path(where.strip()).is_relative_to(host / "env")
    assert "no issues" in python(host, "-m", "django", "check")
    assert python(host, "-m", "django", "makemigrations", "--check") == "No changes detected\n"
    python(host, "-m", "django", "migrate", "-v0")
    added = {name for name, _ in tables(host)} - {name for name, _ in before}
    assert "recommendations_modelversion" in added
    assert "boughtwith_analytics_event" in added
    ours = ("recommendations_", "boughtwith_")
    assert all(any(map(name.__contains__, ours)) for name in added if not name.startswith("sqlite"))

    for app in ("recommendations", "boughtwith_analytics"):
        python(host, "-m", "django", "migrate", app, "zero", "-v0")
    configure(host, plugin=False)
    pip(host, "uninstall", "-q", "-y", "django-boughtwith")
    assert "no issues" in python(host, "-m", "django", "check")
    assert tables(host) == before
