"""A real worker: the task goes through the broker, another process trains, its result is served."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from recommendations.exceptions import TrainingInProgress
from recommendations.models import ModelVersion, RunStatus, TrainingLease
from recommendations.services.publishing import live_version
from recommendations.services.refresh import refresh
from recommendations.services.serving import frequently_bought_with
from recommendations.services.training import train
from tests import factories
from tests.servers import require_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.row_locks]

BROKERS = {
    "redis": (6379, "redis://127.0.0.1:6379/9"),
    "rabbitmq": (5672, "amqp://guest:guest@127.0.0.1:5672//"),
}
PATIENCE = 90
#: A run whose reading of the orders never ends, so that it can be killed in the middle.
TRAIN_FOR_EVER = """
import time
from recommendations.services.training import train
from shop.store import ShopStore
ShopStore.order_lines = lambda self, scope: time.sleep(600)
train()
"""
#: A refresh that has written its lists and never comes to the end of its transaction.
REFRESH_FOR_EVER = """
import time
from django.conf import settings
settings.SECRET_KEY = {secret!r}
from recommendations.services import refresh
def close(version, *args):
    print("written", flush=True)
    time.sleep(600)
refresh._close = close
refresh.refresh()
"""


def environment(broker: str) -> dict[str, str]:
    """What a process needs to use the broker and the database of this test."""
    database = settings.DATABASES["default"]
    scheme = "postgres" if connection.vendor == "postgresql" else "mysql"
    user, password = database["USER"], database["PASSWORD"]
    address = f"{database['HOST']}:{database['PORT']}/{connection.settings_dict['NAME']}"
    return os.environ | {
        "DATABASE_URL": f"{scheme}://{user}{':' + password if password else ''}@{address}",
        "CELERY_BROKER_URL": broker,
        "DJANGO_SETTINGS_MODULE": "shop.settings.development",
    }


@contextmanager
def worker(env: dict[str, str], queue: str):
    """A prefork worker of its own queue, so that it takes no other test's tasks."""
    command = [
        sys.executable, "-m", "celery", "-A", "shop", "worker",
        "--concurrency", "1", "--queues", queue, "--loglevel", "INFO",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def send_train(env: dict[str, str], queue: str) -> None:
    code = f"from recommendations.tasks import train; train.apply_async(queue={queue!r})"
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], env=env, check=True)


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    pytest.fail(f"nothing after {PATIENCE} s; versions: {list(ModelVersion.objects.values())}")


def make_orders(count: int) -> None:
    customers = [factories.customer(user=None) for _ in range(20)]
    for number in range(count):
        factories.order(
            ["tea", "cup"] if number % 2 else ["jam", "bread"],
            customer=customers[number % 20],
            placed_at=timezone.now() - timedelta(days=number),
        )


@pytest.mark.parametrize("name", BROKERS)
def test_a_worker_trains_what_is_then_served(name):
    port, url = BROKERS[name]
    require_server("127.0.0.1", port, name)
    make_orders(24)
    env, queue = environment(url), f"test-{os.getpid()}-{name}"
    with worker(env, queue):
        send_train(env, queue)
        version = wait_for(lambda: live_version("frequently_bought_with", "default"))
    (answer,) = frequently_bought_with([["tea"]], 1)
    assert version.status == RunStatus.READY
    assert answer.version == f"v{version.pk}"
    assert [one.key for one in answer.items] == ["cup"]
    assert answer.items[0].evidence.pair_orders == 12


def test_a_run_that_is_killed_changes_nothing_and_can_be_run_again():
    make_orders(24)
    live = train()
    env = environment("")
    command = [sys.executable, "manage.py", "shell", "-c", TRAIN_FOR_EVER]
    run = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    running = ModelVersion.objects.filter(status=RunStatus.RUNNING)
    killed = wait_for(running.first)
    run.kill()
    run.wait()
    assert live_version("frequently_bought_with", "default") == live
    assert frequently_bought_with([["tea"]], 1)[0].version == f"v{live.pk}"

    with pytest.raises(TrainingInProgress):
        train()  # for all anybody knows it is alive
    TrainingLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    again = train()
    killed.refresh_from_db()
    assert (killed.status, again.status) == (RunStatus.FAILED, RunStatus.READY)
    assert live_version("frequently_bought_with", "default") == again


def test_a_refresh_that_is_killed_leaves_the_live_lists_and_can_be_run_again():
    make_orders(24)
    live = train()
    before = list(live.ranked_lists.order_by("pk").values_list("seed_key", "orders", "entries"))
    factories.order(["tea", "cup"], customer=factories.customer(user=None))
    code = REFRESH_FOR_EVER.format(secret=settings.SECRET_KEY)  # with it buyers are coded
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    run = subprocess.Popen(command, env=environment(""), stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "written\n"
    run.kill()
    run.wait()
    run.stdout.close()
    rows = live.ranked_lists.order_by("pk").values_list("seed_key", "orders", "entries")
    assert list(rows) == before
    assert frequently_bought_with([["tea"]], 1)[0].items[0].evidence.pair_orders == 12

    with pytest.raises(TrainingInProgress):
        refresh()  # for all anybody knows it is alive
    TrainingLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refresh() == live
    assert frequently_bought_with([["tea"]], 1)[0].items[0].evidence.pair_orders == 13
