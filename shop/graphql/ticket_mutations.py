"""What customers and guests may do with tickets. Expected failures come back as `userErrors`."""

import uuid
from collections.abc import Callable
from typing import Any

import strawberry
import strawberry_django
from strawberry import relay

from shop.exceptions import ShopError
from shop.graphql.callers import caller_of, network_of, request_of
from shop.graphql.errors import TicketUserError, ticket_error
from shop.graphql.fetching import fetch_one
from shop.graphql.ids import number_of, uuid_of
from shop.graphql.tickets import Ticket
from shop.support import services
from shop.support.models import Ticket as TicketModel
from shop.support.models import TicketCategory


@strawberry.input
class TicketInput:
    subject: str
    body: str
    category: TicketCategory = TicketCategory.OTHER
    email: str | None = strawberry.field(
        default=None, description="Required from guests; a customer's own is used otherwise."
    )
    order_id: relay.GlobalID | None = strawberry.field(
        default=None, description="An order of the logged-in customer that this is about."
    )
    product_id: relay.GlobalID | None = strawberry.field(
        default=None,
        description="A product that this is about: one of the order, or without an order one for "
        "sale. It can be left out of an order of one product.",
    )


@strawberry.interface(description="The ticket after the change, or why there was none.")
class TicketPayload:
    ticket_key: strawberry.Private[uuid.UUID | None] = None
    user_errors: list[TicketUserError] = strawberry.field(default_factory=list)

    @strawberry_django.field
    def ticket(self, info: strawberry.Info) -> Ticket | None:
        if self.ticket_key is None:
            return None
        return fetch_one(TicketModel.objects.filter(pk=self.ticket_key), info)


@strawberry.type
class TicketOpenPayload(TicketPayload): ...


@strawberry.type
class TicketReplyPayload(TicketPayload): ...


@strawberry.type
class TicketClosePayload(TicketPayload): ...


@strawberry.type
class TicketMutation:
    @strawberry_django.mutation(
        description="Asks customer service. A guest leaves an e-mail address, which is never shown "
        "again, and should keep the id: whoever knows it may read the ticket and reply until it is "
        "closed. A customer's ticket opens for that customer only."
    )
    def ticket_open(self, info: strawberry.Info, input: TicketInput) -> TicketOpenPayload:
        request = services.TicketRequest(
            subject=input.subject,
            body=input.body,
            category=input.category,
            email=input.email or "",
            about_order=input.order_id is not None,
            order_id=number_of(input.order_id, "Order") if input.order_id else None,
            about_product=input.product_id is not None,
            product_id=number_of(input.product_id, "Product") if input.product_id else None,
            network=network_of(request_of(info)),
        )
        return _changed(TicketOpenPayload, lambda: services.open_ticket(caller_of(info), request))

    @strawberry_django.mutation(description="Adds a message; a resolved ticket is open again then.")
    def ticket_reply(
        self, info: strawberry.Info, ticket_id: relay.GlobalID, body: str
    ) -> TicketReplyPayload:
        key = uuid_of(ticket_id, "Ticket")
        return _changed(TicketReplyPayload, lambda: services.reply(key, caller_of(info), body))

    @strawberry_django.mutation(description="Closes a ticket for good.")
    def ticket_close(self, info: strawberry.Info, ticket_id: relay.GlobalID) -> TicketClosePayload:
        key = uuid_of(ticket_id, "Ticket")
        return _changed(TicketClosePayload, lambda: services.close(key, caller_of(info)))


def _changed(payload: type[Any], change: Callable[[], TicketModel]) -> Any:
    try:
        return payload(ticket_key=change().pk)
    except ShopError as error:
        return payload(user_errors=[ticket_error(error)])
