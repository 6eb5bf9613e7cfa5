"""What the demo makes up around real orders."""

from datetime import UTC, datetime

import pytest

from analytics.models import DailyFigure, Event, EventKind
from analytics.services.reports.base import Filters
from analytics.services.reports.subjects import SUBJECTS
from recommendations.models import ModelVersion
from shop.demo import behaviour
from shop.orders.models import OrderLine
from tests import factories

pytestmark = pytest.mark.django_db
PLACED = datetime(2017, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def filled(monkeypatch, settings):
    settings.ANALYTICS = settings.ANALYTICS | {"KEEP_MONTHS": 1200}
    monkeypatch.setattr(behaviour, "ONE_IN", 2)
    households = [factories.customer(user=None) for _ in range(4)]
    for number in range(12):
        factories.order(["tea", "cup", "jam"], customer=households[number % 4], placed_at=PLACED)
    return behaviour.fill(ModelVersion(pk=5, surface="frequently_bought_with"))


def test_purchases_are_the_real_ones_of_some_households(filled):
    bought = Event.objects.filter(kind=EventKind.PURCHASE)
    assert filled[0] == bought.count() == OrderLine.objects.count() / 2
    numbers = set(OrderLine.objects.values_list("order__number", flat=True))
    assert set(bought.values_list("order_key", flat=True)) < numbers
    assert set(bought.values_list("at", flat=True)) == {PLACED}
    assert not bought.filter(simulated=True).exists()


def test_everything_else_is_marked_as_simulated(filled):
    others = Event.objects.exclude(kind=EventKind.PURCHASE)
    assert filled[1] == others.count() > 50
    assert not others.filter(simulated=False).exists()


def test_orders_are_the_end_of_a_visit(filled):
    june = Filters(start=PLACED.date(), end=PLACED.date())
    funnel = SUBJECTS["funnel"].report(june)
    assert funnel.steps[-1].visits == 2  # the orders of a household are placed at the same moment
    assert funnel.simulated == 1
    assert DailyFigure.objects.exists()
