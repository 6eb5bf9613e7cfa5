import pytest
from celery import current_app

from recommendations.models import TRAINED, ModelVersion
from recommendations.services.leases import training_lease
from recommendations.tasks import refresh, train
from tests.recommendations.conftest import add_orders

pytestmark = pytest.mark.django_db


def test_the_tasks_are_known_by_name_and_scheduled(settings):
    for name in ("recommendations.train", "recommendations.refresh"):
        assert name in current_app.tasks
        assert settings.CELERY_BEAT_SCHEDULE[name]["task"] == name


def test_training_names_the_run_after_the_task(store):
    add_orders(store, "tea cup")
    result = train.delay()
    assert {version.run for version in ModelVersion.objects.all()} == {result.id}


def test_a_training_task_without_a_surface_trains_all(store):
    add_orders(store, "tea cup")
    train.delay()
    assert set(ModelVersion.objects.values_list("surface", flat=True)) == set(TRAINED)
    train.delay(surface="trending")
    assert ModelVersion.objects.filter(surface="trending").count() == 2


def test_refreshing_without_news_trains_nothing(store):
    add_orders(store, "tea cup")
    refresh.delay()
    refresh.delay()
    assert ModelVersion.objects.count() == 1


@pytest.mark.parametrize("task", [train, refresh])
def test_a_second_run_is_left_alone_not_failed(store, task, caplog):
    add_orders(store, "tea cup")
    with training_lease("frequently_bought_with", "default", "other"):
        task.delay()
    assert "Another run" in caplog.text
    assert not ModelVersion.objects.exists()


def test_an_empty_store_is_no_failure(store):
    train.delay()
    assert "no orders" in ModelVersion.objects.get().error
