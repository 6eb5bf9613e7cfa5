"""A store behind a real HTTP server with one thread, on a test database of PostgreSQL.

`python -m tests.benchmarks.ingest_server PROJECT` prints its port and the path of a page. PROJECT
is `full`, the shop, whose page is an empty frame for GraphQL, or `oscar`, whose page is a
product's. Beside the store it answers `/free` with nothing, and `/measured` with the CPU seconds of
its own, the events in the database, and the seconds that COPY takes for the same rows.
"""

import json
import logging
import os
import sys
import time

import django
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer

from tests.servers import SERVERS

#: With it a page says how long it is, and the visitor need not wait for the end of the connection.
COMMON = "django.middleware.common.CommonMiddleware"
#: Says which of two handlers shall answer a page: with the middlewares of analytics, or without.
COUNTED = "HTTP_X_COUNTED"


def seconds_of_copy():
    """Seconds to COPY all events into a table of the same shape with the same indexes."""
    from django.db import connection

    from analytics.models import Event

    table = Event._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE copied (LIKE "{table}" INCLUDING ALL)')
        with cursor.copy(f'COPY "{table}" TO STDOUT') as out:
            rows = b"".join(map(bytes, out))
        started = time.perf_counter()
        with cursor.copy("COPY copied FROM STDIN") as into:
            into.write(rows)
        seconds = time.perf_counter() - started
        cursor.execute("DROP TABLE copied")
    return seconds


def measured():
    from analytics.models import Event

    cpu = time.process_time()
    return {"cpu": cpu, "events": Event.objects.count(), "copy": seconds_of_copy()}


def page_of(project):
    if project == "full":
        return "/"
    from tests.projects.oscar import goods

    product = goods.product("Tea")
    product.categories.add(goods.category("Food", "Drinks"))
    return product.get_absolute_url()


def serve(project):
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    page = page_of(project)
    counting = WSGIHandler()
    plain = [name for name in settings.MIDDLEWARE if not name.startswith("analytics.")]
    assert len(plain) == len(settings.MIDDLEWARE) - 2
    settings.MIDDLEWARE = plain
    without = WSGIHandler()

    def application(environ, start_response):
        if environ["PATH_INFO"] in ("/free", "/measured"):
            body = measured() if environ["PATH_INFO"] == "/measured" else None
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(body).encode()]
        handler = counting if COUNTED in environ else without
        return handler(environ, start_response)

    server = WSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    print(server.server_port, page, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        teardown_databases(databases, verbosity=0)


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


if __name__ == "__main__":
    os.environ["DATABASE_URL"] = SERVERS["postgresql"].url
    os.environ["DJANGO_SETTINGS_MODULE"] = f"tests.projects.{sys.argv[1]}.settings"
    from django.conf import settings

    settings.DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    # A page has one event then: Oscar's own signal that a product was viewed would be another.
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "analytics.oscar"]
    if COMMON not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [COMMON, *settings.MIDDLEWARE]
    logging.disable(logging.ERROR)  # of the thumbnails that this Oscar has no program for
    django.setup()
    serve(sys.argv[1])
