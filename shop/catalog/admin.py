"""The catalogue in admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.fields.related import ForeignKey
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from import_export.admin import ImportExportMixin
from import_export.forms import ExportForm
from import_export.results import Result
from treebeard.admin import TreeAdmin
from treebeard.forms import TreeNodeChoiceField, movenodeform_factory

from shop.aggregates import aggregate_over
from shop.catalog.cells import SpreadsheetCSV
from shop.catalog.forms import VariantForm
from shop.catalog.models import (
    Attribute,
    Category,
    Product,
    ProductAttribute,
    PublicationState,
    Variant,
)
from shop.catalog.resources import ProductResource


@admin.register(Category)
class CategoryAdmin(TreeAdmin):
    form = movenodeform_factory(Category)
    list_display = ("name", "slug", "products")
    search_fields = ("name", "slug")
    prepopulated_fields: ClassVar = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        count = aggregate_over(Category, "products", Count("pk"))
        return super().get_queryset(request).annotate(product_count=count)

    @admin.display(ordering="product_count")
    def products(self, category: Any) -> int:
        return category.product_count or 0

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        """Not for a category with others below it: they would go with it, unannounced."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_leaf())


@admin.register(Attribute)
class AttributeAdmin(admin.ModelAdmin):
    list_display = ("name", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields: ClassVar = {"slug": ["name"]}


class VariantInline(admin.TabularInline):
    model = Variant
    form = VariantForm
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).select_related("product")


class AttributeInline(admin.TabularInline):
    model = ProductAttribute
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProductAttribute]:
        return super().get_queryset(request).select_related("attribute")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "attribute":
            field.choices = list(field.choices)  # read once, not once a row
        return field


class CategoryFilter(admin.SimpleListFilter):
    """Products of a category or of any below it."""

    title = "category"
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        categories = Category.objects.order_by("path")
        return [(node.path, f"{'– ' * (node.depth - 1)}{node.name}") for node in categories]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Product]
    ) -> QuerySet[Product] | None:
        path = self.value()
        return queryset.filter(category__path__startswith=path) if path else None


@admin.register(Product)
class ProductAdmin(ImportExportMixin, admin.ModelAdmin):
    list_display = ("code", "title", "category", "state", "prices", "stock")
    list_display_links = ("code", "title")
    list_filter = ("state", CategoryFilter)
    list_select_related = ("category",)
    search_fields = ("code", "title", "variants__sku")
    search_help_text = "Code, title or SKU"
    prepopulated_fields: ClassVar = {"slug": ["title"]}
    fields = (
        "code",
        "title",
        "slug",
        "description",
        "category",
        "state",
        "created_at",
        "updated_at",
    )
    readonly_fields = ("created_at", "updated_at")
    inlines = (VariantInline, AttributeInline)
    actions = ("publish", "archive")

    resource_classes: ClassVar = [ProductResource]
    formats: ClassVar = [SpreadsheetCSV]
    export_form_class = ExportForm
    import_template_name = "admin/catalog/product/import.html"
    to_encoding = "utf-8-sig"  # with the mark by which spreadsheets know UTF-8

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        products = super().get_queryset(request)
        return products.annotate(
            lowest_price=aggregate_over(Product, "variants", Min("price")),
            highest_price=aggregate_over(Product, "variants", Max("price")),
            total_stock=aggregate_over(Product, "variants", Sum("stock")),
        )

    @admin.display(ordering="lowest_price")
    def prices(self, product: Any) -> str:
        if product.lowest_price is None:
            return "–"
        if product.lowest_price == product.highest_price:
            return f"{product.lowest_price:.2f}"
        return f"{product.lowest_price:.2f} – {product.highest_price:.2f}"

    @admin.display(ordering="total_stock")
    def stock(self, product: Any) -> int:
        return product.total_stock or 0

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> Any:
        """The code is the key that orders, imports and recommendations know a product by."""
        return (*self.readonly_fields, "code") if obj else self.readonly_fields

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        if db_field.name == "category":
            kwargs["form_class"] = TreeNodeChoiceField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.action(description="Publish selected products", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_state(request, queryset, PublicationState.PUBLISHED)

    @admin.action(description="Archive selected products", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set_state(request, queryset, PublicationState.ARCHIVED)

    def _set_state(
        self, request: HttpRequest, queryset: QuerySet[Product], state: PublicationState
    ) -> None:
        changed = list(queryset.exclude(state=state))
        Product.objects.filter(pk__in=[product.pk for product in changed]).update(
            state=state, updated_at=timezone.now()
        )
        _log_change(request, changed, f"State is now {state.label}.")
        unchanged = queryset.count() - len(changed)
        note = f" {unchanged} had that state already." if unchanged else ""
        self.message_user(request, f"{len(changed)} set to {state.label}.{note}", messages.SUCCESS)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """A file makes and changes products, variants and categories."""
        needed = ("add_product", "change_product", "add_variant", "change_variant", "add_category")
        return request.user.has_perms(f"catalog.{codename}" for codename in needed)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        """The variants of the products that search and filters of the list leave."""
        products = super().get_export_queryset(request)
        if request.method == "GET":
            self._say_what_is_left_out(request, products.filter(variants=None).count())
        return ProductResource().get_queryset().filter(product__in=products.values("pk"))

    def _say_what_is_left_out(self, request: HttpRequest, products: int) -> None:
        if products:
            text = f"{products} without a variant: the file has one row a variant, so not these."
            self.message_user(request, text, messages.WARNING)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            text = "This file was imported or removed already. Upload it again to import it."
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:catalog_product_import"))

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """What was fine in the preview may be wrong by now; then nothing has been imported."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        problems = [str(error.error) for error in result.base_errors]
        problems += [f"row {row}: {e.error}" for row, errors in result.row_errors() for e in errors]
        problems += [f"row {row.number}: {row.error_dict}" for row in result.invalid_rows]
        self.message_user(request, f"Nothing was imported: {'; '.join(problems)}", messages.ERROR)
        return HttpResponseRedirect(reverse("admin:catalog_product_import"))

    def generate_log_entries(self, result: Result, request: HttpRequest) -> None:
        rows = [row for row in result.rows if row.is_new() or row.is_update()]
        products = {row.instance.product.pk: row.instance.product for row in rows}
        _log_change(request, list(products.values()), "Imported from CSV.")


def _log_change(request: Any, products: list[Product], message: str) -> None:
    LogEntry.objects.log_actions(request.user.pk, products, CHANGE, message)
