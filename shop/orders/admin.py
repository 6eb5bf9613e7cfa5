"""Orders in admin. What was bought is fixed; a status moves through `services.change_status`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from shop.exceptions import IllegalTransition
from shop.orders import outbox
from shop.orders.models import (
    TRANSITIONS,
    Order,
    OrderImport,
    OrderLine,
    OrderStatus,
    OrderStatusChange,
    OutboxMessage,
    OutboxState,
)
from shop.orders.services import change_status
from shop.readonly import ReadOnlyAdmin, ReadOnlyInline

ACTION_NAMES = {
    OrderStatus.CONFIRMED: "Confirm selected orders",
    OrderStatus.PAID: "Mark selected orders as paid",
    OrderStatus.SHIPPED: "Mark selected orders as shipped",
    OrderStatus.DELIVERED: "Mark selected orders as delivered",
    OrderStatus.CANCELLED: "Cancel selected orders",
    OrderStatus.REFUNDED: "Refund selected orders",
}


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = ("product_code", "sku", "name", "unit_price", "quantity", "amount")
    readonly_fields = ("amount",)

    def amount(self, line: OrderLine) -> str:
        return f"{line.unit_price * line.quantity:.2f}"


class StatusChangeInline(ReadOnlyInline):
    model = OrderStatusChange
    verbose_name_plural = "history"
    fields = ("from_status", "to_status", "at", "by", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderStatusChange]:
        return super().get_queryset(request).select_related("by")


class OrderForm(forms.ModelForm):
    """Asks for the next status; nothing else about an order can be edited."""

    move_to = forms.ChoiceField(required=False)
    note = forms.CharField(
        required=False, max_length=255, help_text="Kept in the history of the order."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        legal = TRANSITIONS[self.instance.status]
        move_to: Any = self.fields["move_to"]
        move_to.choices = [("", "–"), *((status, status.label) for status in legal)]
        move_to.error_messages["invalid_choice"] = (
            f"An order that is {self.instance.status} can move to "
            f"{', '.join(legal) or 'no other status'}, not to %(value)s."
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("note") and not values.get("move_to") and "move_to" not in self.errors:
            self.add_error("move_to", "A note belongs to a move: choose one, or clear the note.")
        return values


def _action(to: OrderStatus) -> Callable[..., None]:
    @admin.action(description=ACTION_NAMES[to], permissions=["change"])
    def move(model_admin: admin.ModelAdmin, request: Any, orders: QuerySet[Order]) -> None:
        refusals = []
        moved = 0
        for order in orders.order_by("pk"):
            try:
                change_status(order, to, by=request.user)
                moved += 1
            except IllegalTransition as error:
                refusals.append(f"{order.number}: {error.message}")
        if moved:
            model_admin.message_user(request, f"{moved} moved to {to}.", messages.SUCCESS)
        for refusal in refusals:
            model_admin.message_user(request, refusal, messages.ERROR)

    move.__name__ = f"move_to_{to.lower()}"
    return move


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    form = OrderForm
    list_display = ("number", "customer", "status", "amount", "placed_at")
    list_filter = ("status", "placed_at")
    list_select_related = ("customer",)
    search_fields = (
        "number",
        "email",
        "customer__name",
        "customer__email",
        "customer__external_id",
    )
    search_help_text = "Number, or e-mail, name or external id of the customer"
    readonly_fields = (
        "number",
        "status",
        "customer",
        "email",
        "amount",
        "placed_at",
        "updated_at",
        "cart",
        "imported_by",
    )
    inlines = (OrderLineInline, StatusChangeInline)
    actions = tuple(_action(to) for to in ACTION_NAMES)

    @admin.display(description="total", ordering="total")
    def amount(self, order: Order) -> str:
        return f"{order.total:.2f} {order.currency}"

    def get_fieldsets(self, request: HttpRequest, obj: Order | None = None) -> Any:
        fieldsets: list[Any] = [(None, {"fields": self.readonly_fields})]
        if obj and TRANSITIONS[obj.status] and self.has_change_permission(request, obj):
            fieldsets.append(("Next step", {"fields": ("move_to", "note")}))
        return fieldsets

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def save_model(self, request: Any, obj: Order, form: OrderForm, change: bool) -> None:
        to, note = form.cleaned_data["move_to"], form.cleaned_data["note"]
        if to:
            change_status(obj, OrderStatus(to), by=request.user, note=note)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IllegalTransition as error:  # somebody else moved it in this very moment
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


@admin.register(OrderImport)
class OrderImportAdmin(ReadOnlyAdmin):
    list_display = ("file_name", "started_at", "finished_at", "orders", "lines", "refused")
    search_fields = ("file_name",)

    def has_delete_permission(self, request: HttpRequest, obj: OrderImport | None = None) -> bool:
        return False


@admin.register(OutboxMessage)
class OutboxMessageAdmin(admin.ModelAdmin):
    list_display = ("topic", "payload", "state", "attempts", "last_error", "created_at")
    list_filter = ("state", "topic")
    search_fields = ("topic", "last_error")
    readonly_fields = ("topic", "payload", "state", "attempts", "last_error", "created_at")
    actions = ("retry",)

    @admin.action(description="Retry selected messages", permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        given_up = list(queryset.filter(state=OutboxState.DEAD))
        waiting = queryset.count() - len(given_up)
        for message in given_up:
            outbox.retry(message)
        if given_up:
            self.message_user(request, f"{len(given_up)} tried again.", messages.SUCCESS)
        if waiting:
            text = f"{waiting} not given up: they are delivered without your help."
            self.message_user(request, text, messages.WARNING)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxMessage | None = None) -> bool:
        return False
