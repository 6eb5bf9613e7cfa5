"""Fifty visitors at once against a real server, with and without suggestions in turn."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from statistics import median, quantiles

import pytest
from django.db import connection
from strawberry.relay import to_base64

from tests.benchmarks.database.published import full_cart, publish
from tests.benchmarks.database.test_cart_query import CART, CART_SUGGESTIONS

VISITORS, SECONDS, ROUNDS, WORKERS = 50, 5, 3, 2


@pytest.fixture
def port(transactional_db):
    """Where gunicorn serves this test's database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(settings)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "shop.wsgi", "--workers", str(WORKERS), "--threads",
         "4", "--bind", f"127.0.0.1:{port}", "--log-level", "error"],
        env=os.environ | {"DATABASE_URL": url},
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"gunicorn does not answer on port {port}")


def _visit(port: int, query: str, carts: list[str], until: float, spent: list[float]) -> None:
    server = HTTPConnection("127.0.0.1", port, timeout=60)
    number = 0
    while time.monotonic() < until:
        body = json.dumps({"query": query, "variables": {"id": carts[number % len(carts)]}})
        started = time.perf_counter()
        server.request("POST", "/graphql/", body, {"Content-Type": "application/json"})
        answer = json.loads(server.getresponse().read())
        spent.append(time.perf_counter() - started if "errors" not in answer else -1)
        number += 1


def _load(port: int, query: str, carts: list[str]) -> list[float]:
    """The seconds of every answer; negative where one failed."""
    spent: list[float] = []
    until = time.monotonic() + SECONDS
    visitors = [
        threading.Thread(target=_visit, args=(port, query, carts, until, spent))
        for _ in range(VISITORS)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return spent


def test_fifty_visitors_at_once(port):
    products = publish()
    carts = [to_base64("Cart", full_cart(products, start).pk) for start in range(0, 200, 20)]
    queries = {"with": CART % CART_SUGGESTIONS, "without": CART % ""}
    rates: dict[str, list[float]] = {name: [] for name in queries}
    spent: dict[str, list[float]] = {name: [] for name in queries}
    for query in queries.values():
        _load(port, query, carts)  # every worker compiles its queries
    for _ in range(ROUNDS):
        for name, query in queries.items():
            answers = _load(port, query, carts)
            rates[name].append(len(answers) / SECONDS)
            spent[name] += answers
    assert min(spent["with"] + spent["without"]) > 0, "an answer failed"
    rate = {name: median(found) for name, found in rates.items()}
    p95 = {name: quantiles(found, n=20)[-1] * 1000 for name, found in spent.items()}
    print(
        f"\n50 visitors: {rate['with']:.0f} carts/s with (p95 {p95['with']:.0f} ms), "
        f"{rate['without']:.0f} without (p95 {p95['without']:.0f} ms), "
        f"{rate['with'] / rate['without']:.2f} × (goal ≥ 0.85 ×)"
    )
