"""Events are kept for whole months, and a person's until they want them gone."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from celery import current_app
from django.core.management import call_command

from analytics.models import Event, Visitor
from analytics.services import privacy, retention
from analytics.services.retention import Pruned, kept_since, prune
from tests.analytics.events import add_event

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "first"),
    [(0, (2026, 3)), (1, (2026, 2)), (2, (2026, 1)), (3, (2025, 12)), (25, (2024, 2))],
)
def test_the_months_that_are_kept(settings, months, first):
    settings.TIME_ZONE = "UTC"
    assert kept_since(NOW, months) == datetime(*first, 1, tzinfo=UTC)


def test_older_events_go_and_devices_nobody_used_since(settings, monkeypatch):
    settings.ANALYTICS = {"KEEP_MONTHS": 2}
    settings.TIME_ZONE = "UTC"
    monkeypatch.setattr(retention, "ROWS_A_STEP", 2)
    old, kept = datetime(2025, 12, 31, 23, 59, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    for _ in range(5):
        add_event(at=old, visitor="a" * 32)
    add_event(at=kept, visitor="b" * 32)
    for name in "abc":
        seen = NOW if name == "c" else old
        Visitor.objects.create(pseudonym=name * 32, first_seen=seen)
    assert prune(NOW) == Pruned(events=5, visitors=1)
    assert Event.objects.get().at == kept
    assert set(Visitor.objects.values_list("pseudonym", flat=True)) == {"b" * 32, "c" * 32}


def test_the_command_says_what_it_did(capsys):
    add_event(at=datetime(2019, 1, 1, tzinfo=UTC))
    call_command("prune_events")
    assert capsys.readouterr().out == "1 events and 0 visitors deleted.\n"


def test_the_task_is_known_by_name_and_scheduled(settings):
    add_event(at=datetime(2019, 1, 1, tzinfo=UTC))
    name = "analytics.prune_events"
    assert settings.CELERY_BEAT_SCHEDULE[name]["task"] == name
    current_app.tasks[name].delay()
    assert not Event.objects.exists()


@pytest.fixture
def ann():
    """A person with a phone that somebody else has used as well."""
    Visitor.objects.create(pseudonym="a" * 32, person="7")
    add_event(visitor="a" * 32, query="before the login")
    add_event(visitor="a" * 32, person="7", query="after it")
    add_event(visitor="a" * 32, person="8", query="a friend")
    add_event(person="customer-3", kind="PURCHASE", amount=Decimal("9.90"), at=NOW)
    add_event(visitor="b" * 32, query="somebody else")


def test_a_person_gets_all_there_is(ann):
    found = json.loads(json.dumps(privacy.export(["7", "customer-3"])))
    assert [one["pseudonym"] for one in found["devices"]] == ["a" * 32]
    assert [one.get("query") for one in found["events"]] == ["after it", "before the login", None]
    assert found["events"][2] == {
        "kind": "PURCHASE",
        "at": "2026-03-15T12:00:00+00:00",
        "amount": "9.90",
    }


def test_a_person_is_forgotten(ann):
    assert privacy.erase(["7", "customer-3"]) == {"events": 3, "visitors": 1}
    assert set(Event.objects.values_list("query", flat=True)) == {"a friend", "somebody else"}
