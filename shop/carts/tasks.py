from celery import shared_task

from shop.carts import services


@shared_task(name="carts.delete_abandoned")
def delete_abandoned() -> None:
    """Deletes the carts that guests left behind."""
    services.delete_abandoned()
