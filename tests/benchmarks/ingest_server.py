"""The shop behind a real HTTP server with one thread, on a test database of PostgreSQL.

`python -m tests.benchmarks.ingest_server` prints its port. Beside the shop it answers
`/measured` with the CPU seconds of its own, the events in the database, and the seconds that COPY
takes for the same rows.
"""

import json
import os
import time

import django
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer

from tests.servers import SERVERS

PAGE_VIEWS = "analytics.middleware.page_view_middleware"
#: Says which of two handlers shall answer a page: with page views, or without.
WITH_PAGE_VIEWS = "HTTP_X_WITH_PAGE_VIEWS"


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


def serve():
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    assert PAGE_VIEWS in settings.MIDDLEWARE
    counting = WSGIHandler()
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != PAGE_VIEWS]
    plain = WSGIHandler()

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/measured":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(measured()).encode()]
        handler = counting if WITH_PAGE_VIEWS in environ else plain
        return handler(environ, start_response)

    server = WSGIServer(("127.0.0.1", 0), Quiet)
    server.set_app(application)
    print(server.server_port, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        teardown_databases(databases, verbosity=0)


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


if __name__ == "__main__":
    os.environ["DATABASE_URL"] = SERVERS["postgresql"].url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.projects.full.settings")
    django.setup()
    serve()
