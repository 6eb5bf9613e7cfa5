"""What is known of a person, until they want it gone: from the events and from the figures."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics.models import DailyFigure, Event, RollUp, StaleDay, Visitor
from analytics.services import privacy
from analytics.services.rollup import OVERLAP, count_day, roll_up
from tests.analytics.behaviour import DAY, event, happened, stored
from tests.analytics.events import add_event
from tests.shop.threads import at_once

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


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
    assert privacy.erase(["7", "customer-3"]) == {"events": 0, "visitors": 0}


def forget():
    """Erases a person, and counts as a worker does after it."""
    privacy.erase(["7"])
    roll_up()


def raises(error):
    def fail(*args, **kwargs):
        raise error

    return fail


def queries(day=DAY, scope="default"):
    return {figure.key for figure in stored(day, scope) if figure.measure == "searches"}


def test_and_what_they_typed_is_in_no_figure():
    happened(event("SEARCH", 1, person="7", query="ann's ring"), event("SEARCH", 2, "w", query="x"))
    roll_up()
    assert queries() == {"ann's ring", "x"}
    forget()
    assert queries() == {"x"}
    assert stored() == sorted(count_day(DAY, "default"))
    assert roll_up() == 0


def test_a_day_that_was_theirs_alone_has_no_figures():
    happened(event("SEARCH", 1, person="7", query="x"))
    roll_up()
    forget()
    assert not DailyFigure.objects.exists()


def test_every_scope_is_counted_by_itself():
    happened(*(event("SEARCH", 1, person="7", query="x", scope=one) for one in ("north", "south")),
             event("SEARCH", 1, "w", query="y", scope="south"))  # fmt: skip
    roll_up()
    forget()
    assert (queries(scope="north"), queries(scope="south")) == (set(), {"y"})


def test_days_end_at_midnight_of_the_shop(settings):
    settings.TIME_ZONE = "America/New_York"
    before = DAY - timedelta(days=1)
    happened(event("SEARCH", 3 * 60, person="7", query="x"))  # 23:00 there
    roll_up()
    assert queries(before) == {"x"}
    forget()
    assert queries(before) == set()


def test_only_their_days_are_counted_again():
    happened(event("SEARCH", 1, person="7"), event("SEARCH", 1, person="7"), event("SEARCH", day=1))
    roll_up()
    privacy.erase(["7"])
    assert roll_up() == 1


def test_a_pruned_day_keeps_its_figures(settings):
    """What is left of its events is not all of them."""
    happened(event("SEARCH", 1, person="7", query="x"), event("SEARCH", 2, "w", query="x"))
    roll_up()
    settings.ANALYTICS = {"KEEP_MONTHS": 0}
    before = stored()
    assert privacy.erase(["7"])["events"] == 1
    assert roll_up() == 0
    assert stored() == before
    assert not StaleDay.objects.exists()


def test_a_count_that_fails_is_left_to_the_next(monkeypatch):
    happened(event("SEARCH", person="7", query="x"), event("SEARCH", person="7", day=1, query="y"))
    roll_up()
    privacy.erase(["7"])
    with monkeypatch.context() as patch:
        patch.setattr("analytics.services.rollup.count_day", raises(OSError))
        with pytest.raises(OSError):
            roll_up()
    assert (queries(), queries(DAY + timedelta(days=1))) == ({"x"}, {"y"})
    assert roll_up() == 2
    assert (queries(), queries(DAY + timedelta(days=1))) == (set(), set())


def test_who_is_erased_while_a_day_is_counted_is_taken_out_the_next_time(monkeypatch):
    def erased_meanwhile(day, scope):
        figures = count_day(day, scope)
        privacy.erase(["7"])
        return figures

    happened(event("SEARCH", person="7", query="x"))
    monkeypatch.setattr("analytics.services.rollup.count_day", erased_meanwhile)
    roll_up()
    assert queries() == {"x"}
    monkeypatch.undo()
    roll_up()
    assert queries() == set()


def test_a_worker_does_it_right_after_the_commit(settings, django_capture_on_commit_callbacks):
    settings.ANALYTICS = {"USE_CELERY": True}
    happened(event("SEARCH", person="7", query="x"))
    roll_up()
    with django_capture_on_commit_callbacks(execute=True):
        privacy.erase(["7"])
        assert queries() == {"x"}
    assert queries() == set()


def test_with_the_broker_down_it_is_left_to_the_schedule(
    settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.ANALYTICS = {"USE_CELERY": True}
    happened(event("SEARCH", person="7", query="x"))
    roll_up()
    monkeypatch.setattr("celery.canvas.Signature.apply_async", raises(OSError))
    with django_capture_on_commit_callbacks(execute=True):
        assert privacy.erase(["7"])["events"] == 1
    assert queries() == {"x"}
    roll_up()
    assert queries() == set()


HISTORIES = st.lists(
    st.one_of(
        st.just("erase"),
        st.lists(
            st.builds(
                lambda who, kind, minute, **given: event(
                    kind, minute, who[0], person=who[1], **given
                ),
                st.sampled_from([("v", ""), ("v", "7"), ("v", "8"), ("w", ""), ("", "7")]),
                st.sampled_from(["PAGE_VIEW", "PRODUCT_VIEW", "SEARCH", "PURCHASE", "IMPRESSION"]),
                st.integers(0, 1439),
                day=st.integers(0, 2),
                path=st.sampled_from(["", "/"]),
                product_key=st.sampled_from(["", "cup"]),
                query=st.sampled_from(["", "cup", "pot"]),
                source=st.sampled_from(["", "email"]),
                scope=st.sampled_from(["default", "north"]),
                quantity=st.just(1),
                simulated=st.booleans(),
            ),
            max_size=8,
        ),
    ),
    max_size=6,
)


def theirs(one):
    return one.person == "7" or (one.person, one.visitor) == ("", "v")


class NeverThere(TestCase):
    @settings(max_examples=25)
    @given(HISTORIES)
    def test_figures_are_those_of_a_shop_the_person_never_came_to(self, histories):
        """Of a person with device v, which is somebody else's as well."""
        left, number = [], 0
        for step in histories:
            if step == "erase":
                forget()
                left = [one for one in left if not theirs(one)]
                continue
            Visitor.objects.get_or_create(pseudonym="v", person="7")
            for one in step:
                number += 1
                one.pk, one.received_at = None, datetime.now(UTC)
                one.at += timedelta(milliseconds=number)  # no two at once
            happened(*step)
            roll_up()
            # Or the next roll-up would do the work of erasing.
            Event.objects.update(received_at=datetime.now(UTC) - 2 * OVERLAP)
            left += step
        places = [(DAY + timedelta(n), scope) for n in range(3) for scope in ("default", "north")]
        found = [stored(*place) for place in places]
        for model in (Event, DailyFigure, RollUp):
            model.objects.all().delete()
        for one in left:
            one.pk = None
        happened(*left)
        roll_up()
        assert found == [stored(*place) for place in places]


@pytest.mark.row_locks
@pytest.mark.django_db(transaction=True)
def test_who_is_erased_during_a_roll_up_is_in_no_figure():
    """Whichever of the two comes first."""
    for _ in range(5):
        happened(event("SEARCH", 1, person="7", query="x", received_at=datetime.now(UTC)))
        at_once(2, lambda number: privacy.erase(["7"]) if number else roll_up())
        roll_up()
        assert queries() == set()
