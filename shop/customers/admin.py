"""Customers and accounts in admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from shop.aggregates import aggregate_over
from shop.customers.models import Customer, User

admin.site.register(User, UserAdmin)


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ("__str__", "email", "external_id", "orders", "created_at")
    list_filter = ("created_at",)
    search_fields = ("name", "email", "external_id", "user__username")
    search_help_text = "Name, e-mail, external id or account"
    fields = ("name", "email", "external_id", "user", "orders", "created_at")
    readonly_fields = ("orders", "created_at")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        count = aggregate_over(Customer, "orders", Count("pk"))
        return super().get_queryset(request).annotate(order_count=count)

    @admin.display(ordering="order_count")
    def orders(self, customer: Any) -> str:
        """How many there are, linked to their list."""
        if customer.pk is None:
            return "–"
        url = reverse("admin:orders_order_changelist")
        return format_html(
            '<a href="{}?customer__id__exact={}">{}</a>',
            url,
            customer.pk,
            customer.order_count or 0,
        )
