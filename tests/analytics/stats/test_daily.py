"""The figures of a day, from events written out by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.stats.daily import Measure, figures_of_day
from analytics.stats.events import Events

MIDNIGHT = datetime(2026, 5, 4, tzinfo=UTC)


def event(kind, minute, visitor="v", **given):
    row = {
        "kind": kind, "visitor": visitor, "at": MIDNIGHT + timedelta(minutes=minute), "path": "",
        "source": "", "device": "", "product": "", "query": "", "results": None, "quantity": None,
        "amount": None, "currency": "", "rating": None, "simulated": False,
    }  # fmt: skip
    return tuple((row | given).values())


def figures(*rows):
    return figures_of_day(Events.from_rows(rows), MIDNIGHT.timestamp())


def sums(found, measure):
    """Key → value, over channels and devices."""
    totals = Counter()
    for figure in found:
        if figure.measure == measure:
            totals[figure.key] += figure.value
    return dict(totals)


VISIT = [
    event("PAGE_VIEW", 60, path="/", source="search", device="phone"),
    event("PAGE_VIEW", 61, path="/products/cup/"),
    event("PRODUCT_VIEW", 61, path="/products/cup/", product="cup"),
    event("PRODUCT_VIEW", 62, path="/products/cup/", product="cup"),
    event("CART_ADD", 63, product="cup", quantity=2, amount=8),
    event("CHECKOUT_START", 64),
    event("PURCHASE", 65, product="cup", quantity=2, amount=8, currency="EUR"),
]


def test_traffic():
    # v: one visit of 4 pages and 5 minutes at 1 o'clock; w: a single page at 2 o'clock
    found = figures(*VISIT, event("PAGE_VIEW", 120, "w", path="/"))
    assert sums(found, Measure.VISITS) == {"": 2}
    assert sums(found, Measure.VISITORS) == {"": 2}
    assert sums(found, Measure.DAYS) == {"v": 1, "w": 1}
    assert sums(found, Measure.PAGES) == {"": 5}
    assert sums(found, Measure.BOUNCES) == {"": 1}
    assert sums(found, Measure.SECONDS) == {"": 300}
    assert sums(found, Measure.HOUR) == {"1": 1, "2": 1}


def test_a_visitor_who_comes_twice_is_one_visitor():
    found = figures(event("PAGE_VIEW", 0), event("PAGE_VIEW", 30))
    assert sums(found, Measure.VISITS) == {"": 2}
    assert sums(found, Measure.VISITORS) == {"": 1}
    assert sums(found, Measure.DAYS) == {"v": 1}


def test_all_of_a_visit_has_the_channel_and_device_known_first():
    found = figures(event("SEARCH", 40, query="x"), *VISIT[:1], *VISIT[6:])
    assert {(f.source, f.device) for f in found} == {("search", "phone")}


def test_funnel():
    found = figures(*VISIT, event("PRODUCT_VIEW", 0, "w", product="cup"))
    assert sums(found, Measure.STEP) == {"view": 2, "cart": 1, "checkout": 1, "purchase": 1}


def test_paths():
    found = figures(*VISIT)
    assert sums(found, Measure.BEGINNING) == {"/ › /products/… › (cart) › (checkout) › (order)": 1}
    assert sums(found, Measure.LINK) == {
        "(entry) › /": 1, "/ › /products/…": 1, "/products/… › (cart)": 1,
        "(cart) › (checkout)": 1, "(checkout) › (order)": 1, "(order) › (exit)": 1,
    }  # fmt: skip


def test_places_beyond_the_most_visited_are_one():
    rows = [event("PAGE_VIEW", n / 9, f"v{n}", path=f"/page{n:02}/") for n in range(42)]
    beginnings = sums(figures(*rows), Measure.BEGINNING)
    assert len(beginnings) == 41
    assert beginnings["(other)"] == 2


def test_products_are_seen_once_a_visit():
    found = figures(
        *VISIT,
        event("REFUND", 700, "", product="cup", quantity=1),
        event("REVIEW", 701, "w", product="cup", rating=4),
        event("SUPPORT_OPENED", 702, "w", product="cup"),
    )
    assert sums(found, Measure.VIEWS) == {"cup": 1}
    assert sums(found, Measure.ADDS) == sums(found, Measure.CONVERSIONS) == {"cup": 1}
    assert sums(found, Measure.BUYS) == {"cup": 1}
    assert sums(found, Measure.UNITS) == {"cup": 2}
    assert sums(found, Measure.RETURNS) == sums(found, Measure.TICKETS) == {"cup": 1}
    assert (sums(found, Measure.RATINGS), sums(found, Measure.STARS)) == ({"cup": 1}, {"cup": 4})
    assert [(f.currency, f.value) for f in found if f.measure == Measure.REVENUE] == [("EUR", 8)]


def test_what_is_bought_without_a_look_is_no_conversion():
    # v sees the cup and buys the pot; w buys the cup; both buy something
    found = figures(
        event("PRODUCT_VIEW", 0, product="cup"),
        event("PURCHASE", 1, product="pot", quantity=1),
        event("PURCHASE", 1, "w", product="cup", quantity=1),
    )
    assert sums(found, Measure.BUYS) == {"cup": 1, "pot": 1}
    assert sums(found, Measure.CONVERSIONS) == {}


def test_an_order_outside_visits_is_sold_but_visited_by_nobody():
    found = figures(event("PURCHASE", 0, "", product="cup", quantity=1, amount=4, currency="EUR"))
    assert sums(found, Measure.BUYS) == {"cup": 1}
    assert sums(found, Measure.VISITS) == sums(found, Measure.STEP) == {}


def test_searches():
    found = figures(
        event("SEARCH", 0, query="Green  TEA", results=7),
        event("CLICK", 1, product="tea"),
        event("SEARCH", 2, query="gren tea", results=0),
        event("SEARCH", 3, query="green tea", results=7),
    )
    assert sums(found, Measure.SEARCHES) == {"green tea": 2, "gren tea": 1}
    assert sums(found, Measure.EMPTY) == {"gren tea": 1}
    assert sums(found, Measure.OPENED) == {"green tea": 1}
    assert sums(found, Measure.SEARCHERS) == {"green tea": 1, "gren tea": 1}


def test_a_searcher_has_the_channel_of_the_first_search():
    # v comes twice and asks for the same; who it was at 3 o'clock nobody knows
    found = figures(
        event("SEARCH", 60, query="tea", source="email"),
        event("SEARCH", 120, query="Tea", source="search"),
        event("SEARCH", 180, "", query="tea"),
    )
    assert sums(found, Measure.SEARCHES) == {"tea": 3}
    assert [f.source for f in found if f.measure == Measure.SEARCHERS] == ["email"]


def test_what_is_simulated_is_told_apart():
    found = figures(
        event("PAGE_VIEW", 0, simulated=True),
        event("PURCHASE", 1, product="cup", quantity=3, amount=6),
        event("PAGE_VIEW", 2, "w"),
    )
    by_measure = {f.measure: (f.value, f.simulated) for f in found}
    assert by_measure[Measure.VISITS] == (2, 1)  # v's visit has a simulated event
    assert by_measure[Measure.UNITS] == (3, 0)  # v's purchase is real


def test_a_day_without_events_has_no_figures():
    assert figures() == []


ROWS = st.lists(
    st.builds(
        event,
        st.sampled_from(["PAGE_VIEW", "PRODUCT_VIEW", "SEARCH", "CART_ADD", "PURCHASE", "CLICK"]),
        st.integers(0, 1439),
        st.sampled_from(["", "v", "w"]),
        path=st.sampled_from(["", "/", "/products/cup/"]),
        product=st.sampled_from(["", "cup", "pot"]),
        source=st.sampled_from(["", "mail"]),
        quantity=st.integers(1, 3),
    ),
    max_size=25,
    unique_by=lambda row: row[2],  # no two at once: the order of those is not defined
)


@given(ROWS, st.randoms())
def test_the_order_in_which_events_come_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert sorted(figures(*rows)) == sorted(figures(*shuffled))


@given(ROWS)
def test_figures_agree_with_one_another(rows):
    found = figures(*rows)
    visits = sum(sums(found, Measure.VISITS).values())
    assert sum(sums(found, Measure.HOUR).values()) == visits
    visitors = {row[1] for row in rows} - {""}
    assert sums(found, Measure.DAYS) == dict.fromkeys(visitors, 1)
    assert sum(sums(found, Measure.VISITORS).values()) == len(visitors)
    steps = [sums(found, Measure.STEP).get(s, 0) for s in ("view", "cart", "checkout", "purchase")]
    assert steps == sorted(steps, reverse=True)
    assert max(steps) <= visits
    links = sums(found, Measure.LINK)
    entered = sum(n for key, n in links.items() if key.startswith("(entry)"))
    left = sum(n for key, n in links.items() if key.endswith("(exit)"))
    assert entered == left == sum(sums(found, Measure.BEGINNING).values())
    assert np.isfinite([f.value for f in found]).all()
