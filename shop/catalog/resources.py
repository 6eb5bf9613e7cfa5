"""Products as a CSV file: one row a variant, with the product's columns repeated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import normalize_newlines
from import_export.exceptions import FieldError
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import Result
from tablib import Dataset

from shop.catalog.cells import CategoryCell, CheckedCell, free_slug
from shop.catalog.forms import OptionsField
from shop.catalog.models import Product, PublicationState, Variant

PRODUCT_COLUMNS = ("title", "description", "category", "state")
COLUMNS = ("code", *PRODUCT_COLUMNS, "sku", "options", "price", "stock")

_STATES = f"Use one of: {', '.join(PublicationState.values)}."


class ProductResource(ModelResource):
    """Reads all rows first, and writes only when every one of them is right.

    A column that is absent leaves its values alone; so does a cell that is as exported.
    """

    code = Field("product__code", "code", CheckedCell(Product, "code"))
    title = Field("product__title", "title", CheckedCell(Product, "title"))
    description = Field("product__description", "description", CheckedCell(Product, "description"))
    category = Field("product__category", "category", CategoryCell())
    state = Field(
        "product__state",
        "state",
        CheckedCell(
            Product,
            "state",
            error_messages={
                "required": _STATES,
                "invalid_choice": f"“%(value)s” is no state. {_STATES}",
            },
        ),
    )
    sku = Field("sku", "sku", CheckedCell(Variant, "sku"))
    options = Field("options", "options", CheckedCell(Variant, "options", form_class=OptionsField))
    price = Field("price", "price", CheckedCell(Variant, "price"))
    stock = Field("stock", "stock", CheckedCell(Variant, "stock"))

    class Meta:
        model = Variant
        name = "Products"
        fields = COLUMNS
        import_id_fields: ClassVar = ["sku"]
        use_transactions = True
        skip_unchanged = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._products: dict[str, Product] = {}
        self._variants: dict[str, Variant] = {}
        self._row_of_sku: dict[str, int] = {}
        self._first_row: dict[str, tuple[int, dict[str, str]]] = {}
        self._changed: set[str] = set()
        self._product_changes: dict[str, set[str]] = defaultdict(set)
        self._variant_changes: list[tuple[Variant, set[str]]] = []

    def get_queryset(self) -> models.QuerySet[Variant]:
        variants = Variant.objects.select_related("product__category")
        return variants.order_by("product__code", "position", "pk")

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        try:
            _check_header(dataset.headers)
        except FieldError:
            dataset.wipe()  # without its columns no row means anything
            raise
        codes, skus = ({cell.strip() for cell in dataset[column]} for column in ("code", "sku"))
        products = Product.objects.select_related("category").filter(code__in=codes)
        self._products = {product.code: product for product in products}
        self._variants = {
            variant.sku: variant for variant in self.get_queryset().filter(sku__in=skus)
        }

    def get_instance(self, instance_loader: object, row: dict[str, str]) -> Variant | None:
        return self._variants.get(row["sku"].strip())

    def after_init_instance(
        self, instance: Variant, new: bool, row: dict[str, str], **kwargs: Any
    ) -> None:
        """Joins the variant to its product, and refuses a row that contradicts another."""
        code, sku = self._key("code", row), self._key("sku", row)
        number = kwargs["row_number"]
        first = self._row_of_sku.setdefault(sku, number)
        if first != number:
            raise ValidationError({"sku": f"{sku} is in row {first} already."})
        if not new and instance.product.code != code:
            raise ValidationError(
                {"sku": f"{sku} belongs to product {instance.product.code}, not to {code}."}
            )
        self._check_agreement(code, number, row)
        instance.product = self._products.setdefault(code, Product(code=code))
        if instance.product._state.adding:
            row.setdefault("title", "")
        if new:
            row.setdefault("price", "")

    def import_instance(self, instance: Variant, row: dict[str, str], **kwargs: Any) -> None:
        self._changed = set()
        errors = {}
        for field in self.get_import_fields():
            try:
                self._import_cell(field, instance, row)
            except ValidationError as error:
                errors[field.column_name] = error
        if errors:
            raise ValidationError(errors)

    def skip_row(
        self,
        instance: Variant,
        original: Variant,
        row: dict[str, str],
        import_validation_errors: dict[str, Any] | None = None,
    ) -> bool:
        return bool(instance.pk) and not self._changed and not import_validation_errors

    def save_instance(
        self, instance: Variant, is_create: bool, row: dict[str, str], **kwargs: Any
    ) -> None:
        """Notes what the row changes; `after_import` writes it."""
        of_product = {name for name in self._changed if name.startswith("product__")}
        if of_product:
            fields = {name.removeprefix("product__") for name in of_product}
            self._product_changes[instance.product.code] |= fields
        if is_create or self._changed - of_product:
            self._variant_changes.append((instance, self._changed - of_product))

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        if kwargs.get("dry_run") or result.has_errors() or result.has_validation_errors():
            return
        for code, fields in sorted(self._product_changes.items()):
            product = self._products[code]
            if product._state.adding:
                product.slug = free_slug(Product, product.title)
            _save(product, fields | {"updated_at"})
        # A checkout locks variants in key order; in another order the two could wait for ever.
        for variant, fields in sorted(self._variant_changes, key=lambda change: change[0].pk or 0):
            _save(variant, fields)

    def _key(self, column: str, row: dict[str, str]) -> str:
        try:
            return self.fields[column].clean(row)
        except ValidationError as error:
            raise ValidationError({column: error}) from error

    def _check_agreement(self, code: str, number: int, row: dict[str, str]) -> None:
        first_number, first = self._first_row.setdefault(code, (number, dict(row)))
        errors = {
            column: f"Row {first_number} has “{first[column]}” for the same product {code}."
            for column in PRODUCT_COLUMNS
            if column in row and row[column] != first[column]
        }
        if errors:
            raise ValidationError(errors)

    def _import_cell(self, field: Field, instance: Variant, row: dict[str, str]) -> None:
        cell = row.get(field.column_name)
        owner = instance.product if field.attribute.startswith("product__") else instance
        if cell is None or (owner.pk and normalize_newlines(cell) == field.export(instance)):
            return
        before = field.get_value(instance)
        field.save(instance, row)
        if field.get_value(instance) != before:
            self._changed.add(field.attribute)


def _check_header(header: Sequence[str]) -> None:
    unknown = [column for column in header if column not in COLUMNS]
    missing = [column for column in ("code", "sku") if column not in header]
    repeated = {column for column in header if header.count(column) > 1}
    if unknown or missing or repeated:
        wrong = [f"unknown column “{column}”" for column in unknown]
        wrong += [f"missing column “{column}”" for column in missing]
        wrong += [f"repeated column “{column}”" for column in sorted(repeated)]
        raise FieldError(f"{'; '.join(wrong)}. The columns are: {', '.join(COLUMNS)}.")


def _save(instance: models.Model, fields: set[str]) -> None:
    instance.save(update_fields=None if instance._state.adding else fields)
