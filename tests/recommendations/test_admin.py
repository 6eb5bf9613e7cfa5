"""What staff may do with model versions, and what they see."""

import pytest
from django.urls import reverse

from recommendations.models import ModelVersion, RunStatus
from recommendations.services.publishing import live_version
from recommendations.services.training import train
from tests.accounts import staff
from tests.recommendations.conftest import add_orders

pytestmark = pytest.mark.django_db
LIST = reverse("admin:recommendations_modelversion_changelist")
WHERE = {"surface": "frequently_bought_with", "scope": "default"}
VIEW, CHANGE = "recommendations.view_modelversion", "recommendations.change_modelversion"


@pytest.fixture
def versions(store) -> list[ModelVersion]:
    add_orders(store, "tea cup", "tea cup", "jam")
    return [train(), train()]


def live() -> ModelVersion | None:
    return live_version(**WHERE)


def test_the_list_shows_what_is_live_and_how_good_it_is(admin_client, versions):
    ModelVersion.objects.filter(pk=versions[0].pk).update(
        metrics={"model": {"ndcg@10": 0.25}, "popularity": {"ndcg@10": 0.125}}
    )
    page = admin_client.get(LIST).content.decode()
    assert "0.2500 (0.1250)" in page
    assert page.count('alt="True"') == 1


def test_a_run_shows_its_progress_and_the_page_looks_again(admin_client, versions):
    assert 'http-equiv="refresh"' not in admin_client.get(LIST).content.decode()
    ModelVersion.objects.filter(pk=versions[0].pk).update(
        status=RunStatus.RUNNING, phase="reading orders", progress=42
    )
    page = admin_client.get(LIST).content.decode()
    assert '<progress max="100" value="42">42%</progress> reading orders' in page
    assert 'http-equiv="refresh"' in page


def test_the_list_costs_the_same_however_many_versions(
    admin_client, versions, django_assert_max_num_queries
):
    for _ in range(20):
        ModelVersion.objects.create(**WHERE, run="r", model="item_knn", status=RunStatus.FAILED)
    with django_assert_max_num_queries(8):
        admin_client.get(LIST)


def test_a_version_is_made_live_and_the_log_says_by_whom(admin_client, versions):
    answer = admin_client.post(
        LIST, {"action": "promote", "_selected_action": versions[0].pk}, follow=True
    )
    assert f"v{versions[0].pk} is live" in answer.content.decode()
    assert live() == versions[0]
    history = reverse("admin:recommendations_modelversion_history", args=[versions[0].pk])
    assert "Made live." in admin_client.get(history).content.decode()


def test_two_versions_at_once_are_refused(admin_client, versions):
    selected = [version.pk for version in versions]
    answer = admin_client.post(
        LIST, {"action": "promote", "_selected_action": selected}, follow=True
    )
    assert "exactly one" in answer.content.decode()
    assert live() == versions[1]


def test_a_version_without_lists_is_refused_with_the_reason(admin_client, versions):
    failed = ModelVersion.objects.create(**WHERE, run="r", model="m", status=RunStatus.FAILED)
    answer = admin_client.post(
        LIST, {"action": "promote", "_selected_action": failed.pk}, follow=True
    )
    assert "no finished lists" in answer.content.decode()
    assert live() == versions[1]


def test_the_roll_back_button(admin_client, versions):
    admin_client.post(reverse("admin:recommendations_roll_back"), WHERE)
    assert live() == versions[0]


def test_the_train_button_runs_the_task(admin_client, versions):
    admin_client.post(reverse("admin:recommendations_train"), WHERE)
    assert live().pk > versions[1].pk


def test_the_train_button_names_what_is_wrong(admin_client, versions):
    answer = admin_client.post(
        reverse("admin:recommendations_train"), WHERE | {"scope": "mars"}, follow=True
    )
    assert "legal are default" in answer.content.decode()


@pytest.mark.parametrize("button", ["recommendations_train", "recommendations_roll_back"])
def test_view_only_staff_can_press_no_button(client, versions, button):
    client.force_login(staff(VIEW))
    assert client.get(LIST).status_code == 200
    assert "Train now" not in client.get(LIST).content.decode()
    assert client.post(reverse(f"admin:{button}"), WHERE).status_code == 403
    assert live() == versions[1]


def test_view_only_staff_can_not_promote(client, versions):
    client.force_login(staff(VIEW))
    client.post(LIST, {"action": "promote", "_selected_action": versions[0].pk})
    assert live() == versions[1]


def test_staff_who_may_change_versions_can(client, versions):
    client.force_login(staff(VIEW, CHANGE))
    client.post(reverse("admin:recommendations_roll_back"), WHERE)
    assert live() == versions[0]


@pytest.mark.parametrize("button", ["recommendations_train", "recommendations_roll_back"])
def test_a_link_can_press_no_button(admin_client, versions, button):
    assert admin_client.get(reverse(f"admin:{button}")).status_code == 405


def test_nothing_can_be_added_or_deleted_by_hand(admin_client, versions):
    assert admin_client.get(reverse("admin:recommendations_modelversion_add")).status_code == 403
    delete = reverse("admin:recommendations_modelversion_delete", args=[versions[0].pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    change = reverse("admin:recommendations_modelversion_change", args=[versions[0].pk])
    assert admin_client.get(change).status_code == 200
