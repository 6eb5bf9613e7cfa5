"""What reports on behaviour learn from this shop: `ANALYTICS["HOST"]`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.db.models import Prefetch

from analytics.host import Host, ReviewText, TicketFacts
from shop.catalog.models import Product
from shop.reviews.models import Review
from shop.support.models import AuthorKind, Message, Ticket

ROWS_A_FETCH = 2_000
KEYS_A_QUERY = 500


class ShopHost(Host):
    """Reviews that are published, and of tickets what the customer wrote."""

    def reviews(self, opens: datetime, closes: datetime, scope: str) -> Iterator[ReviewText]:
        rows = Review.objects.published().filter(created_at__gte=opens, created_at__lt=closes)
        texts = rows.order_by().values_list("rating", "title", "text")
        for rating, title, text in texts.iterator(chunk_size=ROWS_A_FETCH):
            yield ReviewText(rating, f"{title}\n{text}".strip())

    def tickets(self, opens: datetime, closes: datetime, scope: str) -> Iterator[TicketFacts]:
        written = Message.objects.filter(author_kind=AuthorKind.CUSTOMER)
        tickets = Ticket.objects.filter(opened_at__gte=opens, opened_at__lt=closes)
        tickets = tickets.prefetch_related(Prefetch("messages", written, to_attr="written"))
        for one in tickets.order_by("pk").iterator(chunk_size=ROWS_A_FETCH):
            texts = [one.subject, *(message.body for message in one.written)]
            yield TicketFacts(
                "\n".join(texts), one.get_category_display(), one.opened_at,
                one.first_response_at, one.resolved_at,
            )  # fmt: skip

    def titles(self, product_keys: Collection[str]) -> Mapping[str, str]:
        keys = list(product_keys)
        titles: dict[str, str] = {}
        for start in range(0, len(keys), KEYS_A_QUERY):
            some = Product.objects.filter(code__in=keys[start : start + KEYS_A_QUERY])
            titles |= dict(some.values_list("code", "title"))
        return titles
