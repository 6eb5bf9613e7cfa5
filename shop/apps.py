from django.apps import AppConfig


class ShopConfig(AppConfig):
    """The composition root: the only place that knows all the parts."""

    name = "shop"
    label = "shop"

    def ready(self) -> None:
        from shop import celery, receivers  # noqa: F401  (connects tasks and receivers)
        from shop.orders import mails  # noqa: F401  (registers outbox handlers)
