"""Reports on what customers write, which the project gives beside the events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.host import Host, ReviewText, TicketFacts
from analytics.services.reports.base import tables
from analytics.services.reports.subjects import SUBJECTS
from analytics.services.rollup import roll_up
from tests.analytics.behaviour import MAY, event, happened, tea_shop

pytestmark = pytest.mark.django_db


def report(subject, filters=MAY):
    return SUBJECTS[subject].report(filters)


class Talkative(Host):
    def reviews(self, opens, closes, scope):
        assert (opens, closes) == (MAY.opens, MAY.closes)
        return [
            ReviewText(1, "broken cup"),
            ReviewText(5, "lovely cup"),
            ReviewText(3, "a cup"),
        ] * 20

    def tickets(self, opens, closes, scope):
        hour = timedelta(hours=1)
        late = TicketFacts("parcel is late", "Delivery", opens, opens + hour, opens + 3 * hour)
        return [late] * 10 + [TicketFacts("broken cup", "Product", opens, None, None)] * 10

    def titles(self, product_keys):
        return {"cup": "Tea cup"}


@pytest.fixture
def talkative(settings):
    settings.ANALYTICS = {"HOST": f"{__name__}.Talkative"}


class TestTexts:
    def test_reviews(self, talkative):
        happened(*(event("REVIEW", n, "", rating=r) for n, r in enumerate([5, 5, 1])),
                 event("REVIEW", day=27, visitor="", rating=2))  # fmt: skip
        found = report("reviews")
        assert [row.reviews for row in found.stars] == [1, 1, 0, 0, 2]
        assert [(row.month, row.reviews, row.mean) for row in found.months] == [
            ("2026-05", 4, 3.25),
        ]  # fmt: skip
        assert [(row.word, row.side) for row in found.words] == [
            ("broken", "low ratings"), ("lovely", "high ratings"),
        ]  # fmt: skip
        assert found.missing == []

    def test_support(self, talkative, settings):
        settings.TIME_ZONE = "UTC"  # in which the events are written down
        happened(
            *tea_shop(),
            event("SUPPORT_OPENED", visitor="", product_key="cup", received_at=datetime.now(UTC)),
            event("SUPPORT_CLOSED", day=8, visitor=""),
        )
        roll_up()
        found = report("support")
        assert [(row.opened, row.closed) for row in found.weeks] == [(1, 0), (0, 1)]
        times = {row.category: row for row in found.times}
        assert (times["all"].tickets, times["all"].first, times["all"].resolved) == (
            20,
            3600,
            10800,
        )
        assert times["Product"].first is None
        assert {row.words.split(", ")[0] for row in found.topics} <= {
            "parcel",
            "late",
            "broken",
            "cup",
        }
        assert sum(row.tickets for row in found.topics) == 20
        (cup,) = found.products
        assert (cup.title, cup.tickets, cup.buys, cup.rate) == ("Tea cup", 1, 1, 1)

    @pytest.mark.parametrize("subject", ["reviews", "support"])
    def test_what_staff_do_has_no_channel_and_the_report_says_so(self, talkative, subject):
        happened(event("REVIEW", visitor="", rating=5), event("SUPPORT_CLOSED", visitor=""))
        everybody, of_email = (report(subject, replace(MAY, source=one)) for one in ("", "email"))
        assert tables(of_email) == tables(everybody)
        assert any(table.cells for table in tables(of_email))
        (note,) = set(of_email.notes) - set(everybody.notes)
        assert note.startswith("Channel and device change nothing here")
