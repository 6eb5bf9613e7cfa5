"""Tickets of customer service, as the customers see them."""

from typing import Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import auto, relay
from strawberry_django.relay import DjangoListConnection

from shop.graphql.callers import caller_of
from shop.support import models
from shop.support.services import visible_tickets

for choices in (models.TicketStatus, models.TicketCategory):
    strawberry.enum(choices)
strawberry.enum(models.AuthorKind, name="TicketAuthorKind")


def visible_messages(info: strawberry.Info) -> QuerySet[models.Message]:
    tickets = visible_tickets(caller_of(info))
    return models.Message.objects.filter(models.FOR_CUSTOMERS, ticket__in=tickets)


@strawberry_django.type(models.Message)
class TicketMessage(relay.Node):
    author_kind: models.AuthorKind
    body: str
    created_at: auto

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.Message], info: strawberry.Info, **kwargs: Any
    ) -> QuerySet[models.Message]:
        """Notes of staff never leave the admin, whoever asks."""
        return queryset.filter(models.FOR_CUSTOMERS)


@strawberry_django.type(models.Ticket)
class Ticket(relay.Node):
    subject: str
    category: models.TicketCategory
    status: models.TicketStatus
    opened_at: auto
    first_response_at: auto
    resolved_at: auto
    messages: DjangoListConnection[TicketMessage] = strawberry_django.connection()

    @strawberry_django.field(
        select_related=["order"],
        only=["order__number"],
        description="The order it is about. Its number only: a guest's ticket opens no order.",
    )
    def order_number(self, root: strawberry.Parent[models.Ticket]) -> str | None:
        return root.order.number if root.order else None

    @strawberry_django.field(
        select_related=["product"],
        only=["product__code"],
        description="The product it is about: the one that was named, or that of an order of one "
        "product.",
    )
    def product_code(self, root: strawberry.Parent[models.Ticket]) -> str | None:
        return root.product.code if root.product else None
