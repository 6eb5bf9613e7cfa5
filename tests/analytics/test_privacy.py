"""What is known of a person, until they want it gone: from the events and from the figures."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analytics.models import DailyFigure, Event, RollUp, Visitor
from analytics.services import privacy
from analytics.services.rollup import OVERLAP, count_day, roll_up
from tests.analytics.behaviour import DAY, event, happened, stored, tea_shop
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


def queries(day=DAY, scope="default"):
    return {figure.key for figure in stored(day, scope) if figure.measure == "searches"}


def test_and_what_they_typed_is_in_no_figure():
    happened(event("SEARCH", 1, person="7", query="ann's ring"), event("SEARCH", 2, "w", query="x"))
    roll_up()
    assert queries() == {"ann's ring", "x"}
    privacy.erase(["7"])
    assert queries() == {"x"}
    assert stored() == sorted(count_day(DAY, "default"))


def test_a_day_that_was_theirs_alone_has_no_figures():
    happened(event("SEARCH", 1, person="7", query="x"))
    roll_up()
    privacy.erase(["7"])
    assert not DailyFigure.objects.exists()


def test_every_scope_is_counted_by_itself():
    happened(*(event("SEARCH", 1, person="7", query="x", scope=one) for one in ("north", "south")),
             event("SEARCH", 1, "w", query="y", scope="south"))  # fmt: skip
    roll_up()
    privacy.erase(["7"])
    assert (queries(scope="north"), queries(scope="south")) == (set(), {"y"})


def test_days_end_at_midnight_of_the_shop(settings):
    settings.TIME_ZONE = "America/New_York"
    before = DAY - timedelta(days=1)
    happened(event("SEARCH", 3 * 60, person="7", query="x"))  # 23:00 there
    roll_up()
    assert queries(before) == {"x"}
    privacy.erase(["7"])
    assert queries(before) == set()


def test_a_day_that_was_not_counted_yet_is_left_to_the_roll_up():
    happened(event("SEARCH", 1, person="7"), *tea_shop())
    privacy.erase(["7"])
    assert not DailyFigure.objects.exists()


def test_a_pruned_day_keeps_its_figures(settings):
    """What is left of its events is not all of them."""
    happened(event("SEARCH", 1, person="7", query="x"), event("SEARCH", 2, "w", query="x"))
    roll_up()
    settings.ANALYTICS = {"KEEP_MONTHS": 0}
    before = stored()
    assert privacy.erase(["7"])["events"] == 1
    assert stored() == before


def test_stopped_between_two_days_it_is_done_again(monkeypatch):
    Visitor.objects.create(pseudonym="v", person="7")
    happened(event("SEARCH", query="x"), event("SEARCH", day=1, query="y"))
    roll_up()
    done = []

    def fails(day, scope):
        if done:
            raise OSError
        done.append(day)
        recount(day, scope)

    recount = privacy.recount
    monkeypatch.setattr(privacy, "recount", fails)
    with pytest.raises(OSError):
        privacy.erase(["7"])
    assert (queries(), queries(DAY + timedelta(days=1))) == (set(), {"y"})
    monkeypatch.undo()
    assert privacy.erase(["7"]) == {"events": 1, "visitors": 1}
    assert queries(DAY + timedelta(days=1)) == set()


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
                privacy.erase(["7"])
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
        assert queries() == set()
