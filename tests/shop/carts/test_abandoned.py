"""Carts that guests left behind are deleted after some days; no others are."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from shop.carts import services
from shop.carts.models import Cart, CartLine, CartStatus
from shop.carts.tasks import delete_abandoned
from tests import factories
from tests.shop.threads import at_once

pytestmark = pytest.mark.django_db


def cart(days, *, status=CartStatus.OPEN, owner=None):
    """A cart with a line, last changed so many days ago."""
    made = factories.cart([(factories.variant(), 1)], owner=owner)
    changed = timezone.now() - timedelta(days=days, minutes=1)
    Cart.objects.filter(pk=made.pk).update(updated_at=changed, status=status)
    return made


def test_only_what_guests_left_goes():
    cart(90)
    cart(90, status=CartStatus.MERGED)
    kept = {
        cart(89),
        cart(400, status=CartStatus.ORDERED),
        cart(400, owner=factories.customer()),
    }

    assert services.delete_abandoned() == 2

    assert set(Cart.objects.all()) == kept
    assert CartLine.objects.count() == 3


def test_the_days_are_a_setting(settings):
    cart(8)
    settings.SHOP_CART_DAYS = 7
    assert services.delete_abandoned() == 1


def test_many_go_in_steps(monkeypatch):
    monkeypatch.setattr(services, "CARTS_A_STEP", 2)
    for _ in range(5):
        cart(100)
    assert services.delete_abandoned() == 5
    assert not Cart.objects.exists()


def test_beat_runs_the_task():
    cart(100)
    delete_abandoned.delay()
    assert not Cart.objects.exists()
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert delete_abandoned.name in tasks


@pytest.mark.row_locks
@pytest.mark.django_db(transaction=True)
def test_a_cart_that_is_being_changed_is_left_alone():
    busy = cart(100)
    cart(100)
    with transaction.atomic():
        services.lock_cart(busy.pk, AnonymousUser())
        deleted = at_once(1, lambda _: services.delete_abandoned())
    assert deleted == [1]
    assert list(Cart.objects.all()) == [busy]
