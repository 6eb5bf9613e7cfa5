from celery import shared_task

from shop.orders import outbox


@shared_task(name="orders.deliver_outbox")
def deliver_outbox() -> None:
    """Delivers what waits in the outbox."""
    outbox.deliver()
