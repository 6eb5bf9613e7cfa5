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

from tests.analytics.requests import CHROME
from tests.servers import SERVERS, require_server

BATCH, REQUESTS, WARM_UP = 100, 100, 10
PAGES = 200
TRACK = """
mutation ($events: [EventInput!]!) {
  trackEvents(events: $events) { accepted visitorId userErrors { field message } }
}
"""


def test_events_of_a_hundred():
    with running_shop() as client:
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


def test_a_page_with_one_event():
    """Pages with and without the middleware take turns. The visitor waits until the page is there;
    the worker is busy until it answers somebody else's request that names nobody."""
    waits, turns = {True: [], False: []}, {True: [], False: []}
    with running_shop() as client:
        visitor = {"Cookie": f"visitor={track(client, 0)['visitorId']}"}
        for number in range(2 * PAGES):
            counted = number % 2 == 0
            headers = visitor | ({"X-With-Page-Views": "1"} if counted else {})
            asked = time.perf_counter()
            fetch(client, "GET", "/", None, headers)
            waits[counted].append(time.perf_counter() - asked)
            fetch(client, "GET", "/robots.txt", None, {})
            turns[counted].append(time.perf_counter() - asked)
        events = measured(client)["events"]
    assert events == BATCH + PAGES
    for name, seconds in (("the visitor waits", waits), ("the worker is busy", turns)):
        plain, counted = median(seconds[False]) * 1000, median(seconds[True]) * 1000
        print(
            f"\na page with one event: {name} {counted:.2f} ms against {plain:.2f} ms without "
            f"({counted / plain - 1:+.1%}, goal ≤ +5%)"
        )


@contextmanager
def running_shop():
    require_server("127.0.0.1", 5432, SERVERS["postgresql"].name)
    command = [sys.executable, "-m", "tests.benchmarks.ingest_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        client = http.client.HTTPConnection("127.0.0.1", int(server.stdout.readline()), timeout=60)
        try:
            yield client
        finally:
            client.close()  # the server waits for another one, and can be interrupted
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:  # interrupted while it was writing an answer
                server.kill()


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
    client.request(method, path, body, {"User-Agent": CHROME} | headers)
    return client.getresponse().read()
