"""What an experiment of the shop has shown so far, in the admin."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from analytics.models import Event
from analytics.services.reports import experiments as reports
from recommendations.models import Arm, Experiment, Treatment
from recommendations.services import experiments
from tests import translations

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment():
    """Ended, with a visitor in the control arm, and two in the other of whom one bought."""
    experiment = Experiment.objects.create(name="Test", surface="frequently_bought_with")
    Arm.objects.create(experiment=experiment, name="control", is_control=True)
    Arm.objects.create(experiment=experiment, name="none", treatment=Treatment.NOTHING)
    experiments.start(experiment)
    now = timezone.now()
    for visitor, arm in (("a", "control"), ("b", "none"), ("c", "none")):
        Event.objects.create(
            key=uuid4(), kind="IMPRESSION", visitor=visitor, arm=f"{experiment.pk}/{arm}",
            at=now, received_at=now,
        )  # fmt: skip
    Event.objects.create(
        key=uuid4(), kind="PURCHASE", visitor="b", amount=10, currency="USD",
        at=now + timedelta(milliseconds=1), received_at=now,
    )  # fmt: skip
    Experiment.objects.update(ended_at=now + timedelta(seconds=1))
    return experiment


def change_url(experiment):
    return reverse("admin:recommendations_experiment_change", args=[experiment.pk])


def test_its_page_shows_what_it_has_shown(admin_client, experiment):
    findings = admin_client.get(change_url(experiment)).context["findings"]
    control, none = (dict(zip(findings.columns, row, strict=True)) for row in findings.rows)
    assert (control["Visitors"], control["Verdict"]) == ("1", "The control.")
    assert (none["Visitors"], none["Visitors who bought anything"]) == ("2", "50.0%")
    assert none["Verdict"] == "Not yet: the data can't tell."


def test_it_can_be_ended_where_nobody_can_say_what_it_has_shown(
    admin_client, experiment, monkeypatch
):
    def fail(*args):
        raise OperationalError("canceling statement due to statement timeout")

    Experiment.objects.update(ended_at=None)
    monkeypatch.setattr(reports, "compare", fail)
    page = admin_client.get(change_url(experiment)).content.decode()
    assert "The database failed" in page
    assert "End it" in page


def test_it_is_read_in_chinese(admin_client, experiment, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    with override("en"):  # and back to it, whatever the request was in
        answer = admin_client.get(change_url(experiment), headers={"accept-language": "zh-hans"})
    page = answer.content.decode()
    assert "各分组的访客与对照组的比较" in page
    data = {"Test", "control", "none", "default", "True", "False", "USD"}
    assert translations.english(translations.content(page)) - data == set()
