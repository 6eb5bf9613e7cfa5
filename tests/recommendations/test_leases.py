from datetime import timedelta

import pytest
from django.utils import timezone

from recommendations.exceptions import LeaseLost, TrainingInProgress
from recommendations.models import TrainingLease
from recommendations.services.leases import training_lease

pytestmark = pytest.mark.django_db


def test_a_second_holder_is_refused_until_the_first_lets_go():
    with training_lease("s", "default", "one"):
        with (
            pytest.raises(TrainingInProgress, match="If it was killed, try again after"),
            training_lease("s", "default", "two"),
        ):
            pytest.fail("two hold one lease")
        assert TrainingLease.objects.get().holder == "one"
    with training_lease("s", "default", "two"):
        assert TrainingLease.objects.get().holder == "two"
    assert not TrainingLease.objects.exists()


def test_surfaces_and_scopes_have_leases_of_their_own():
    with (
        training_lease("s", "a", "x"),
        training_lease("s", "b", "y"),
        training_lease("t", "a", "z"),
    ):
        assert TrainingLease.objects.count() == 3


def test_an_expired_lease_may_be_taken_and_its_holder_finds_out():
    with training_lease("s", "default", "slow") as slow:
        TrainingLease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        with training_lease("s", "default", "next"):
            with pytest.raises(LeaseLost):
                slow.renew()
            with pytest.raises(LeaseLost):
                slow.lock()
            slow.release()
            assert TrainingLease.objects.get().holder == "next"


def test_a_task_that_is_delivered_again_takes_its_own_lease():
    with training_lease("s", "default", "task 1"), training_lease("s", "default", "task 1"):
        assert TrainingLease.objects.count() == 1


def test_renewing_moves_the_expiry():
    with training_lease("s", "default", "one") as lease:
        TrainingLease.objects.update(expires_at=timezone.now())
        lease.renew()
        assert TrainingLease.objects.get().expires_at > timezone.now() + timedelta(minutes=10)


def test_the_lease_is_let_go_when_the_run_fails():
    with pytest.raises(ZeroDivisionError), training_lease("s", "default", "one"):
        1 / 0  # noqa: B018
    assert not TrainingLease.objects.exists()
