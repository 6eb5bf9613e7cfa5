"""Customers and accounts in admin, and what privacy asks for: export and erasure."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from shop.aggregates import aggregate_over
from shop.customers.models import Customer, ErasureReceipt, User
from shop.customers.privacy import erase_customer, export_customer
from shop.exceptions import ShopError
from shop.readonly import ReadOnlyAdmin

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
    actions = ("erase",)

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

    def has_delete_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        """Deleting would leave the name and the address in orders: erasing leaves them nowhere."""
        return False

    def has_erase_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customers.erase_customer")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("customers.export_customer")

    @admin.action(description="Erase selected customers", permissions=["erase"])
    def erase(self, request: Any, queryset: QuerySet[Customer]) -> HttpResponse | None:
        """Asks first, and offers the export; erases when the answer comes back."""
        if "erase_confirmed" not in request.POST:
            return self._ask(request, queryset)
        for customer in queryset.order_by("pk"):
            name = f"Customer {customer.pk}"  # a name would stay behind in the message
            try:
                receipt = erase_customer(customer, by=request.user)
            except ShopError as refusal:
                self.message_user(request, f"{name}: {refusal.message}", messages.ERROR)
            else:
                text = f"{name} is erased. Receipt {receipt.number}"
                self.message_user(request, text, messages.SUCCESS)
        return None

    def _ask(self, request: HttpRequest, customers: QuerySet[Customer]) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": "Erase customers",
            "opts": self.opts,
            "customers": customers,
            "may_export": self.has_export_permission(request),
        }
        return TemplateResponse(request, "admin/customers/customer/erase.html", context)

    def get_urls(self) -> list[Any]:
        export = self.admin_site.admin_view(self.export)
        return [
            path("<int:pk>/export/", export, name="customers_customer_export"),
            *super().get_urls(),
        ]

    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All that the shop knows of a customer, as a file."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        customer = get_object_or_404(Customer, pk=pk)
        self.log_change(request, customer, "Exported the personal data.")
        return JsonResponse(
            export_customer(customer),
            headers={"Content-Disposition": f'attachment; filename="customer-{pk}.json"'},
            json_dumps_params={"indent": 2, "ensure_ascii": False},
        )


@admin.register(ErasureReceipt)
class ErasureReceiptAdmin(ReadOnlyAdmin):
    list_display = ("number", "erased_at", "erased_by")
    search_fields = ("number__startswith",)
    search_help_text = "Start of the number"
    list_select_related = ("erased_by",)
    fields = ("number", "erased_at", "erased_by", "counts")

    def has_delete_permission(
        self, request: HttpRequest, obj: ErasureReceipt | None = None
    ) -> bool:
        return False
