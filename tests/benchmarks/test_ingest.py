"""Events through the real HTTP stack into PostgreSQL, beside COPY of the same rows; and what a page
view costs a page."""

import http.client
import json
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from statistics import median

import pytest

from tests.analytics.requests import CHROME
from tests.servers import SERVERS, require_server

BATCH, REQUESTS, WARM_UP = 100, 100, 10
#: The servers know this host, and count this page.
BROWSER, COUNTED = {"Host": "testserver", "User-Agent": CHROME}, {"X-Counted": "1"}
TRACK = """
mutation ($events: [EventInput!]!) {
  trackEvents(events: $events) { accepted visitorId userErrors { field message } }
}
"""


def test_events_of_a_hundred():
    with running_store("full") as (client, _):
        visitor = track(client, 0)["visitorId"]
        for number in range(1, WARM_UP):
            track(client, number, visitor)
        before, started = measured(client), time.perf_counter()
        for number in range(WARM_UP, WARM_UP + REQUESTS):
            answer = track(client, number, visitor)
            assert (answer["accepted"], answer["userErrors"]) == (BATCH, [])
        seconds, after = time.perf_counter() - started, measured(client)
    events = BATCH * REQUESTS
    assert after["events"] - before["events"] == events
    cpu = after["cpu"] - before["cpu"]
    copied = after["events"] / after["copy"]
    print(
        f"\ntrackEvents of {BATCH}: {events / cpu:,.0f} events a CPU second of the server "
        f"(goal ≥ 5,000), {events / seconds:,.0f} a second end to end; COPY of the same rows "
        f"{copied:,.0f} a second: {copied / (events / seconds):.0f} times as many"
    )


@pytest.mark.parametrize(
    ("project", "name", "pages"),
    [("oscar", "a product page of django-oscar", 150), ("full", "an empty page", 300)],
)
def test_a_page_with_one_event(project, name, pages):
    """Pages with and without the middlewares take turns. The visitor waits until the page is there;
    the worker is busy until it answers somebody else."""
    waits, turns = {True: [], False: []}, {True: [], False: []}
    with running_store(project) as (client, path):
        visitor = {"Cookie": cookie_of(client, path)}
        for number in range(2 * (WARM_UP + pages)):
            counted = number % 2 == 0
            asked = time.perf_counter()
            fetch(client, "GET", path, None, visitor | (COUNTED if counted else {}))
            waits[counted].append(time.perf_counter() - asked)
            fetch(client, "GET", "/free", None, {})
            turns[counted].append(time.perf_counter() - asked)
        assert measured(client)["events"] == 1 + WARM_UP + pages
    for who, seconds in (("the visitor waits", waits), ("the worker is busy", turns)):
        plain, counted = (median(seconds[one][WARM_UP:]) * 1000 for one in (False, True))
        print(
            f"\n{name} with one event: {who} {counted:.2f} ms against {plain:.2f} ms without "
            f"({counted / plain - 1:+.1%}, goal ≤ +5%)"
        )


@contextmanager
def running_store(project):
    """A client of the server, and the path of a page."""
    require_server("127.0.0.1", 5432, SERVERS["postgresql"].name)
    command = [sys.executable, "-m", "tests.benchmarks.ingest_server", project]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        port, path = server.stdout.readline().split()
        client = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        try:
            yield client, path
        finally:
            client.close()  # the server waits for another one, and can be interrupted
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:  # interrupted while it was writing an answer
                server.kill()


def cookie_of(client, path):
    """What the first page leaves in a browser."""
    client.request("GET", path, headers=BROWSER | COUNTED)
    response = client.getresponse()
    assert (response.status, len(response.read()) > 0) == (200, True)
    return "; ".join(one.partition(";")[0] for one in response.headers.get_all("Set-Cookie"))


def track(client, number, visitor=""):
    """Sends a batch as a page of suggestions and products would."""
    events = [
        {
            "id": f"{number}-{place}",
            "kind": "PRODUCT_VIEW" if place % 2 else "PAGE_VIEW",
            "at": "2026-03-01T12:00:00Z",
            "path": f"/product/{place}",
            "productKey": f"P{place}",
            "position": place + 1,
        }
        for place in range(BATCH)
    ]
    body = json.dumps({"query": TRACK, "variables": {"events": events}})
    headers = {"Content-Type": "application/json"}
    if visitor:
        headers["X-Visitor-Id"] = visitor
    return json.loads(fetch(client, "POST", "/graphql/", body, headers))["data"]["trackEvents"]


def measured(client):
    return json.loads(fetch(client, "GET", "/measured", None, {}))


def fetch(client, method, path, body, headers):
    client.request(method, path, body, BROWSER | headers)
    return client.getresponse().read()
