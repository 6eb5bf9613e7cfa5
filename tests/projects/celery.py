"""The Celery app of a settings project without the shop."""

from celery import Celery
from celery.schedules import crontab

app = Celery("project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()

SCHEDULE = {
    "recommendations.train": {
        "task": "recommendations.train",
        "schedule": crontab(hour="3", minute="30"),
    },
    "recommendations.refresh": {
        "task": "recommendations.refresh",
        "schedule": crontab(minute="*/15"),
    },
}
