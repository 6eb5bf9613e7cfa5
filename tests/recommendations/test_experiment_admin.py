"""Experiments in the admin: written, started, ended, read."""

import pytest
from django.urls import reverse

from recommendations.models import Arm, Experiment, Surface, Treatment
from recommendations.services import experiments
from tests.accounts import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def experiment():
    made = Experiment.objects.create(name="Hold-out", surface=Surface.FREQUENTLY_BOUGHT_WITH)
    Arm.objects.create(experiment=made, name="control", is_control=True)
    Arm.objects.create(experiment=made, name="none", treatment=Treatment.NOTHING)
    return made


def url(name, *args):
    return reverse(f"admin:recommendations_experiment_{name}", args=args)


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_an_experiment_is_written_with_its_arms(admin_client):
    arms = {"arms-TOTAL_FORMS": 2, "arms-INITIAL_FORMS": 0}
    for number, (name, treatment) in enumerate([("control", "LIVE"), ("none", "NOTHING")]):
        arms |= {
            f"arms-{number}-name": name,
            f"arms-{number}-share": 50,
            f"arms-{number}-treatment": treatment,
        }
    written = {"name": "Test", "surface": "trending", "scope": "default", **arms}
    response = admin_client.post(url("add"), {**written, "arms-0-is_control": "on"})
    assert response.status_code == 302
    made = Experiment.objects.get()
    assert [(arm.name, arm.is_control) for arm in made.arms.all()] == [
        ("control", True), ("none", False),
    ]  # fmt: skip

    refused = admin_client.post(url("add"), {**written, "scope": "nowhere"})
    assert "scope" in refused.context["adminform"].form.errors


def test_it_is_started_and_ended_by_a_button_each(admin_client, experiment):
    page = admin_client.get(url("change", experiment.pk)).content.decode()
    assert "Start it" in page
    started = admin_client.post(url("start", experiment.pk), follow=True)
    assert told(started) == ["Hold-out has started."]
    assert "End it" in started.content.decode()
    ended = admin_client.post(url("end", experiment.pk), follow=True)
    assert told(ended) == ["Hold-out has ended."]
    experiment.refresh_from_db()
    assert experiment.ended_at > experiment.started_at
    page = ended.content.decode()
    assert "Start it" not in page
    assert "End it" not in page


def test_one_that_is_not_ready_says_why(admin_client, experiment):
    experiment.arms.filter(is_control=True).delete()
    response = admin_client.post(url("start", experiment.pk), follow=True)
    assert told(response) == ["Hold-out has 1 arms: it takes two or more."]
    experiment.refresh_from_db()
    assert experiment.started_at is None


def test_nothing_is_edited_once_it_has_started(admin_client, experiment):
    experiments.start(experiment)
    arm = experiment.arms.get(is_control=False)
    admin_client.post(
        url("change", experiment.pk),
        {
            "name": "Renamed",
            "arms-TOTAL_FORMS": 1,
            "arms-INITIAL_FORMS": 1,
            "arms-0-id": arm.pk,
            "arms-0-experiment": experiment.pk,
            "arms-0-name": "renamed",
            "arms-0-share": 1,
            "arms-0-treatment": "LIVE",
        },
    )
    experiment.refresh_from_db()
    arm.refresh_from_db()
    assert (experiment.name, arm.name, arm.share) == ("Hold-out", "none", 50)
    assert admin_client.post(url("delete", experiment.pk), {"post": "yes"}).status_code == 403


def test_whoever_may_only_look_steers_nothing(client, experiment):
    client.force_login(staff("recommendations.view_experiment", "recommendations.view_arm"))
    page = client.get(url("change", experiment.pk))
    assert page.status_code == 200
    assert "Start it" not in page.content.decode()
    assert client.post(url("start", experiment.pk)).status_code == 403
    experiment.refresh_from_db()
    assert experiment.started_at is None
    assert client.get(url("start", experiment.pk)).status_code == 405
