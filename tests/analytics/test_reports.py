"""Each report on a small shop whose figures are worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from analytics.exceptions import InvalidArgument
from analytics.models import Visitor
from analytics.services.reports.base import Filters, tables
from analytics.services.reports.csv_file import lines
from analytics.services.reports.subjects import SUBJECTS
from analytics.services.retention import first_kept_day, prune
from analytics.services.rollup import roll_up
from tests.analytics.behaviour import MAY, START, event, happened, order, tea_shop

pytestmark = pytest.mark.django_db


def report(subject, filters=MAY):
    return SUBJECTS[subject].report(filters)


@pytest.fixture
def shop(settings):
    settings.TIME_ZONE = "UTC"  # in which the events are written down
    happened(*tea_shop())
    roll_up()


class TestEmpty:
    @pytest.mark.parametrize("subject", SUBJECTS)
    def test_an_empty_report_says_what_is_missing(self, subject):
        found = report(subject)
        assert found.missing
        assert found.simulated == 0
        assert all(table.cells == [] for table in tables(found))

    @pytest.mark.parametrize("subject", SUBJECTS)
    def test_a_period_nothing_happened_in(self, shop, subject):
        found = report(subject, Filters(start=date(2026, 1, 1), end=date(2026, 1, 31)))
        assert found.missing
        assert not any("roll_up" in text for text in found.missing)


class TestFilters:
    def test_the_last_ninety_days_are_the_usual_period(self):
        filters = Filters.usual(end=date(2026, 3, 31))
        assert (filters.start, filters.days) == (date(2026, 1, 1), 90)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"start": date(2026, 5, 2), "end": date(2026, 5, 1)}, "end"),
            ({"start": date(2000, 5, 2), "end": date(2026, 5, 1)}, "start"),
            ({"source": "telepathy"}, "source"),
            ({"device": "abacus"}, "device"),
        ],
    )
    def test_what_is_not_there_is_refused(self, given, field):
        with pytest.raises(InvalidArgument) as caught:
            Filters.usual(**given)
        assert caught.value.field == field


class TestTraffic:
    def test_by_day(self, shop):
        first, second = report("traffic").days[3:5]
        # v: 3 pages… the search is none; 6 minutes. w: one page and gone.
        assert (first.day, first.visits, first.visitors, first.pages) == (date(2026, 5, 4), 2, 2, 3)
        assert (first.bounce_rate, first.seconds) == (0.5, 180)
        assert (second.visits, second.pages, second.bounce_rate, second.seconds) == (1, 2, 0, 180)

    def test_by_channel_and_device(self, shop):
        found = report("traffic")
        assert {row.name: row.visits for row in found.channels} == {
            "direct": 1, "email": 1, "search": 1,
        }  # fmt: skip
        assert [(row.name, row.visits) for row in found.devices] == [("desktop", 2), ("mobile", 1)]
        assert found.devices[0].pages == 1.5

    def test_by_hour(self, shop):
        hours = report("traffic").hours
        assert (hours[1].monday, hours[10].monday, hours[1].tuesday) == (1, 1, 1)
        assert len(hours) == 24

    def test_frequency(self, shop):
        found = [(row.days, row.visitors, row.share) for row in report("traffic").frequency[:2]]
        assert found == [("1", 1, 0.5), ("2", 1, 0.5)]

    def test_who_was_only_shown_suggestions_did_not_come(self, shop):
        happened(event("IMPRESSION", 700, "x", received_at=timezone.now()))
        roll_up()
        found = report("traffic")
        assert sum(row.visitors for row in found.frequency) == 2
        assert sum(day.visitors for day in found.days) == 3

    def test_days_whose_events_are_gone_know_no_visitor(self, shop, settings):
        assert len(report("traffic").notes) == 1
        settings.ANALYTICS = {"KEEP_MONTHS": 0}
        prune()
        found = report("traffic")
        assert sum(day.visitors for day in found.days) == 3
        assert sum(row.visitors for row in found.frequency) == 0
        assert f"begins on {first_kept_day(timezone.now())}" in found.notes[1]

    def test_a_channel_by_itself(self, shop):
        found = report("traffic", Filters(start=MAY.start, end=MAY.end, source="email"))
        assert sum(day.visits for day in found.days) == 1
        assert [row.name for row in found.channels] == ["email"]
        assert sum(row.visitors for row in found.frequency) == 1


class TestFunnel:
    def test_steps(self, shop):
        rows = [(row.visits, row.share, row.drop_off) for row in report("funnel").steps]
        assert rows == [(2, 1, 0), (2, 1, 0.5), (1, 0.5, 0), (1, 0.5, 0)]

    def test_segments(self, shop):
        found = report("funnel")
        phone = next(row for row in found.devices if row.name == "mobile")
        assert (phone.saw, phone.ordered, phone.conversion) == (1, 1, 1)
        email = next(row for row in found.channels if row.name == "email")
        assert (email.saw, email.filled, email.went, email.before_checkout) == (1, 1, 0, 1)

    def test_a_step_nobody_reaches_is_asked_about(self):
        happened(event("PRODUCT_VIEW", product_key="cup"))
        roll_up()
        assert any("Ordered" in text for text in report("funnel").missing)


class TestPaths:
    def test_entries_exits_and_steps(self, shop):
        found = report("paths")
        assert [(row.place, row.visits) for row in found.entries] == [("/", 3)]
        assert {row.place: row.visits for row in found.exits} == {"(order)": 1, "/": 1, "(cart)": 1}
        step = next(row for row in found.steps if (row.start, row.end) == ("/", "(search)"))
        assert (step.visits, step.share) == (2, pytest.approx(2 / 3))

    def test_sequences_and_flows(self, shop):
        found = report("paths")
        whole = "/ › (search) › /products/… › (cart)"
        assert {row.places: row.visits for row in found.sequences} == {
            f"{whole} › (checkout)": 1, whole: 1,
        }  # fmt: skip
        assert (found.flows[0].step, found.flows[0].start, found.flows[0].visits) == (1, "/", 2)


class TestCarts:
    def test_summary(self, shop):
        (row,) = report("carts").summary
        assert (row.carts, row.ordered, row.abandoned, row.still_open) == (2, 1, 1, 0)
        assert (row.abandonment, row.to_order, row.items, row.value) == (0.5, 180, 1.5, 14)

    def test_classes(self, shop):
        found = report("carts")
        assert (found.times[0].name, found.times[0].carts) == ("under 5 minutes", 1)
        sizes = {row.name: (row.carts, row.ordered, row.value) for row in found.sizes[:2]}
        assert sizes == {"1": (1, 0, 20), "2": (1, 1, 8)}
        assert [(d.carts, d.ordered, d.abandoned) for d in found.days[3:5]] == [
            (1, 1, 0),
            (1, 0, 1),
        ]

    def test_an_order_after_the_period_counts_for_its_cart(self, shop):
        happened(event("PURCHASE", day=30, visitor="w", cart_key="c2", order_key="o9", amount=20))
        assert report("carts").summary[0].ordered == 2

    def test_carts_begun_later_do_not(self, shop):
        happened(event("CART_ADD", day=28, visitor="w", cart_key="c3", quantity=1))
        assert report("carts").summary[0].carts == 2


class TestCustomers:
    def test_segments_and_clusters(self):
        rows = [one for n in range(5) for one in order(f"a{n}", "7", day=20 + n, lines=2)]
        happened(*rows, *order("b", "8", day=0), *order("c", "9", day=1))
        roll_up()
        found = report("rfm")
        best = found.segments[0]
        assert (best.name, best.customers, best.orders, best.money) == ("Champions", 1, 5, 100)
        assert best.revenue == pytest.approx(100 / 120)
        assert sum(row.customers for row in found.segments) == 3
        assert sum(row.customers for row in found.cells) == 3
        assert sum(row.customers for row in found.clusters) == 3
        assert found.currency == "EUR"

    def test_money_of_other_currencies_is_not_added(self):
        happened(*order("a", "7", amount=50), *order("b", "7", amount=9, currency="USD"))
        roll_up()
        assert report("rfm").segments[0].money == 50

    def test_cohorts(self):
        rows = [order("a", "7", day=-35), order("b", "8", day=-35), order("c", "7", day=0),
                order("d", "9", day=0)]  # fmt: skip
        happened(*(one for some in rows for one in some))
        found = report("cohorts", Filters(start=date(2026, 3, 1), end=date(2026, 5, 31)))
        assert [(row.month, row.buyers, row.shares) for row in found.cohorts] == [
            ("2026-03", 2, [0, 0.5]), ("2026-05", 1, []),
        ]  # fmt: skip
        (table,) = tables(found)
        assert [one.label for one in table.columns[2:]] == ["Month 1", "Month 2"]
        assert table.cells[1] == ["2026-05", 1, None, None]

    def test_loyalty(self):
        regular = [order(f"r{p}-{n}", f"r{p}", day=7 * n) for p in range(20) for n in range(12)]
        left = [order(f"l{p}-{n}", f"l{p}", day=n) for p in range(10) for n in range(4)]
        once = [order(f"o{p}", f"o{p}", day=p) for p in range(40)]
        happened(*(one for some in (*regular, *left, *once) for one in some))
        found = report("loyalty", Filters(start=START.date(), end=START.date() + timedelta(90)))
        (row,) = found.summary
        assert (row.customers, row.again) == (70, 30)
        assert found.likely[0].customer.startswith("r")
        assert found.likely[0].purchases == 12
        assert {one.customer[0] for one in found.leaving} == {"l"}
        assert sum(band.customers for band in found.bands) == 70
        assert sum(band.expected for band in found.bands) == pytest.approx(row.expected)

    def test_a_guest_is_known_by_the_device(self):
        happened(event("PURCHASE", visitor="v", order_key="a", amount=5, currency="EUR"))
        roll_up()
        assert report("rfm").segments[0].customers == 1


class TestProducts:
    def test_figures(self, shop):
        happened(
            event(
                "REFUND", visitor="", product_key="cup", quantity=1, received_at=datetime.now(UTC)
            ),
            event("REVIEW", visitor="", product_key="cup", rating=4, received_at=datetime.now(UTC)),
        )
        roll_up()
        cup, pot = report("products").products
        assert (cup.product, cup.views, cup.add_rate, cup.conversion) == ("cup", 1, 1, 1)
        assert (cup.units, cup.revenue, cup.return_rate, cup.rating) == (2, 8, 0.5, 4)
        assert (pot.product, pot.views, pot.buys, pot.revenue) == ("pot", 1, 0, 0)

    def test_what_has_no_device_is_not_known_of_one(self, shop):
        happened(event("REFUND", visitor="", product_key="cup", received_at=datetime.now(UTC)))
        roll_up()
        found = report("products", replace(MAY, device="mobile"))
        (cup,) = found.products
        assert (cup.views, cup.return_rate, cup.rating, cup.ratings) == (1, None, None, None)
        assert "no channel and no device" in found.notes[-1]
        assert not any("rated" in text for text in found.missing)


class TestSearches:
    def test_figures(self, shop):
        found = report("searches")
        assert (found.summary[0].searches, found.summary[0].empty) == (2, 0.5)
        assert [(row.query, row.opened) for row in found.top] == [("samovar", 1), ("tea cup", 1)]
        assert [row.query for row in found.empty] == ["samovar"]
        assert found.unopened == []


class TestPeople:
    def test_an_order_as_a_guest_is_the_persons_whose_device_it_is(self):
        Visitor.objects.create(pseudonym="phone", person="7")
        lines = {"product_key": "cup", "amount": 8, "currency": "EUR"}
        happened(event("PURCHASE", 0, "phone", order_key="a", **lines),
                 event("PURCHASE", 0, "home", day=1, order_key="b", person="7", **lines),
                 event("PURCHASE", 0, "stranger", order_key="c", **lines))  # fmt: skip
        found = report("rfm")
        assert sum(row.customers for row in found.segments) == 2


class TestAttribution:
    def test_an_order_is_owed_to_the_click_before_it(self, shop):
        Visitor.objects.create(pseudonym="v", person="7")
        where = {"surface": "cart", "version": "1", "product_key": "cup"}
        happened(event("IMPRESSION", 60, **where), event("IMPRESSION", 60, "w", **where),
                 event("CLICK", 61, **where))  # fmt: skip
        (row,) = report("attribution").lists
        assert (row.impressions, row.clicks, row.rate) == (2, 1, 0.5)
        assert (row.lines, row.revenue) == (1, 8)

    def test_a_click_on_the_phone_and_an_order_at_home_are_one_persons(self):
        Visitor.objects.create(pseudonym="phone", person="7")
        Visitor.objects.create(pseudonym="home", person="7")
        where = {"surface": "cart", "version": "1", "product_key": "cup"}
        order = {"product_key": "cup", "order_key": "o", "amount": 8, "currency": "EUR"}
        happened(event("CLICK", 61, "phone", **where), event("PURCHASE", 90, "home", **order),
                 event("PURCHASE", 95, "", person="7", **order),
                 event("PURCHASE", 90, "stranger", **order))  # fmt: skip
        roll_up()
        (row,) = report("attribution").lists
        assert (row.lines, row.revenue) == (2, 16)

    def test_a_device_that_two_people_share_says_nothing_of_who_it_was(self):
        Visitor.objects.create(pseudonym="shared", person="bob")
        where = {"surface": "cart", "version": "1", "product_key": "cup"}
        order = {"product_key": "cup", "order_key": "o", "amount": 8, "currency": "EUR"}
        happened(event("CLICK", 61, "shared", person="ann", **where),
                 event("PURCHASE", 90, "", person="ann", **order),
                 event("PURCHASE", 95, "", person="bob", **order))  # fmt: skip
        roll_up()
        (row,) = report("attribution").lists
        assert (row.lines, row.revenue) == (1, 8)

    def test_versions_are_compared_by_visitors_who_saw_one(self, shop):
        shown = [
            event("IMPRESSION", 0, f"{version}{n}", surface="cart", version=version)
            for version in ("1", "2")
            for n in range(10)
        ]
        both = event("IMPRESSION", 0, "10", surface="cart", version="2")
        happened(*shown, both)
        (row,) = report("attribution").arms
        assert (row.version, row.control, row.visitors) == ("1", "2", 9)
        assert (row.verdict, row.uplift) == ("not yet", None)
        assert row.split > 0.5


class TestSimulated:
    @pytest.mark.parametrize("subject", ["traffic", "funnel", "paths", "carts", "products"])
    def test_the_part_that_is_simulated_is_told(self, subject):
        rows = tea_shop()
        for one in rows:
            one.simulated = True
        happened(*rows)
        roll_up()
        assert report(subject).simulated == 1

    def test_and_marked_in_every_row_of_a_file(self):
        happened(event("PAGE_VIEW", path="/", simulated=True), event("PAGE_VIEW", 0, "w", path="/"))
        roll_up()
        found = report("traffic")
        table = next(one for one in tables(found) if one.name == "devices")
        header, row = lines(found, table)
        assert header.strip().endswith(",simulated_share")
        assert row.strip().endswith(",0.5000")


class TestCSV:
    def test_a_table_as_it_is(self, shop):
        found = report("funnel")
        text = "".join(lines(found, tables(found)[0]))
        assert text.splitlines() == [
            "step,visits,share,drop_off", "Saw a product,2,1.0,0.0", "Filled a cart,2,1.0,0.5",
            "Went to the checkout,1,0.5,0.0", "Ordered,1,0.5,0.0",
        ]  # fmt: skip

    def test_no_cell_is_a_formula(self):
        happened(event("SEARCH", query="=1+1", results=2))
        roll_up()
        found = report("searches")
        table = next(one for one in tables(found) if one.name == "top")
        assert "'=1+1,1" in "".join(lines(found, table))
