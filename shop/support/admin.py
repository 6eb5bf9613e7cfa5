"""The queue of customer service. Texts are encrypted, so nobody can search them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from shop.exceptions import ShopError
from shop.readonly import ReadOnlyInline
from shop.support.forms import SORTED_BY, TicketForm
from shop.support.models import Message, Ticket, TicketStatus
from shop.support.services import add_note, answer, change_status

ACTION_NAMES = {
    TicketStatus.OPEN: "Open selected tickets again",
    TicketStatus.PENDING: "Let selected tickets wait for the customer",
    TicketStatus.RESOLVED: "Mark selected tickets as resolved",
    TicketStatus.CLOSED: "Close selected tickets",
}
AGES = (1, 3, 7, 30)


class AgeFilter(admin.SimpleListFilter):
    title = "age"
    parameter_name = "older_than"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(str(days), f"More than {days} days") for days in AGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        for days in AGES:
            if self.value() == str(days):
                return queryset.filter(opened_at__lt=timezone.now() - timedelta(days=days))
        return queryset


class MessageInline(ReadOnlyInline):
    model = Message
    fields = ("created_at", "author_kind", "written_by", "internal", "body")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).select_related("written_by")


def _action(to: TicketStatus) -> Callable[..., None]:
    @admin.action(description=ACTION_NAMES[to], permissions=["change"])
    def move(model_admin: admin.ModelAdmin, request: Any, tickets: QuerySet[Ticket]) -> None:
        moved = 0
        for ticket in tickets:
            try:
                change_status(ticket, to)
                model_admin.log_change(request, ticket, f"Moved to {to}.")
                moved += 1
            except ShopError as refusal:
                model_admin.message_user(request, f"{ticket}: {refusal.message}", messages.ERROR)
        if moved:
            model_admin.message_user(request, f"{moved} moved to {to}.", messages.SUCCESS)

    move.__name__ = f"move_to_{to.lower()}"
    return move


@admin.register(Ticket)
class TicketAdmin(admin.ModelAdmin):
    form = TicketForm
    list_display = (
        "__str__",
        "subject",
        "sender",
        "category",
        "priority",
        "status",
        "assignee",
        "opened_at",
        "response_time",
    )
    list_filter = (
        "status",
        "category",
        AgeFilter,
        "priority",
        ("assignee", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("customer", "assignee")
    search_fields = (
        "id__startswith",
        "order__number",
        "customer__name",
        "customer__email",
        "customer__external_id",
    )
    search_help_text = "Start of the id, order number, or name, e-mail or external id of a customer"
    readonly_fields = (
        "id",
        "subject",
        "sender",
        "status",
        "product",
        "opened_at",
        "response_time",
        "resolved_at",
    )
    autocomplete_fields = ("order",)
    inlines = (MessageInline,)
    actions = ("assign_to_me", *(_action(to) for to in ACTION_NAMES))

    @admin.display(description="from")
    def sender(self, ticket: Ticket) -> str:
        return str(ticket.customer) if ticket.customer else f"{ticket.guest_email} (guest)"

    @admin.display(description="first response after")
    def response_time(self, ticket: Ticket) -> str:
        waited = ticket.first_response_time
        return "–" if waited is None else str(timedelta(seconds=int(waited.total_seconds())))

    def get_fieldsets(self, request: HttpRequest, obj: Ticket | None = None) -> Any:
        fieldsets: list[Any] = [(None, {"fields": (*self.readonly_fields, *SORTED_BY)})]
        if self.has_change_permission(request, obj):
            fieldsets.append(("Answer", {"fields": ("message", "internal", "move_to")}))
        return fieldsets

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: Any, obj: Ticket, form: TicketForm, change: bool) -> None:
        """Saves what was edited and nothing else: the customer may write at the same time."""
        obj.save(update_fields=[name for name in form.changed_data if name in SORTED_BY])
        values = form.cleaned_data
        then = TicketStatus(values["move_to"]) if values["move_to"] else None
        if values["message"] and not values["internal"]:
            answer(obj, values["message"], by=request.user, then=then)
            return
        if values["message"]:
            add_note(obj, values["message"], by=request.user)
        if then:
            change_status(obj, then)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ShopError as refusal:  # the customer or somebody else moved it in this very moment
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    @admin.action(description="Assign selected tickets to me", permissions=["change"])
    def assign_to_me(self, request: Any, queryset: QuerySet[Ticket]) -> None:
        assigned = queryset.update(assignee=request.user)
        self.message_user(request, f"{assigned} assigned to you.", messages.SUCCESS)
