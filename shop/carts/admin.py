"""Carts in admin: to look at when a customer asks."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from shop.aggregates import aggregate_over
from shop.carts.models import Cart, CartLine
from shop.readonly import ReadOnlyAdmin, ReadOnlyInline


class CartLineInline(ReadOnlyInline):
    model = CartLine
    fields = ("product", "sku", "unit_price", "quantity", "added_at")
    readonly_fields = ("product", "sku", "unit_price", "added_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CartLine]:
        return super().get_queryset(request).select_related("variant__product")

    def product(self, line: CartLine) -> str:
        return line.variant.product.title

    @admin.display(description="SKU")
    def sku(self, line: CartLine) -> str:
        return line.variant.sku

    def unit_price(self, line: CartLine) -> str:
        return f"{line.variant.price:.2f}"


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "customer", "status", "lines", "created_at", "updated_at")
    list_filter = ("status", "updated_at")
    list_select_related = ("customer",)
    search_fields = ("id__startswith", "customer__name", "customer__email", "customer__external_id")
    search_help_text = "Start of the id, or name, e-mail or external id of the customer"
    fields = ("id", "customer", "status", "created_at", "updated_at")
    inlines = (CartLineInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cart]:
        count = aggregate_over(Cart, "lines", Count("pk"))
        return super().get_queryset(request).annotate(line_count=count)

    @admin.display(ordering="line_count")
    def lines(self, cart: Any) -> int:
        return cart.line_count or 0
