from django.apps import AppConfig


class ShopConfig(AppConfig):
    """The composition root: the only place that knows all the parts."""

    name = "shop"
    label = "shop"

    def ready(self) -> None:
        from shop import celery, checks, receivers, tracking  # noqa: F401  (registers what they hold)
        from shop.carts import privacy as carts  # noqa: F401  (what to export and to erase)
        from shop.orders import mails  # noqa: F401  (registers outbox handlers)
        from shop.orders import privacy as orders  # noqa: F401
        from shop.reviews import privacy as reviews  # noqa: F401
        from shop.support import mails as answers  # noqa: F401
        from shop.support import privacy as support  # noqa: F401
