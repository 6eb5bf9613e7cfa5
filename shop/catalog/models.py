"""What is for sale: a category tree, products, their variants and attributes."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from treebeard.mp_tree import MP_Node

from recommendations.fields import KeyField


class Category(MP_Node):
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    description = models.TextField(blank=True)

    node_order_by: ClassVar = ["name"]

    class Meta:
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class PublicationState(models.TextChoices):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


class ProductQuerySet(models.QuerySet["Product"]):
    def published(self) -> ProductQuerySet:
        return self.filter(state=PublicationState.PUBLISHED)

    def search(self, text: str) -> ProductQuerySet:
        """Products whose title or code has every word of `text`, without regard to case."""
        # Codes are compared byte by byte, so their case is taken off before the comparison.
        found = self.alias(upper_code=Upper("code"))
        for word in text.split():
            found = found.filter(Q(title__icontains=word) | Q(upper_code__contains=word.upper()))
        return found


class Product(models.Model):
    """One article of the catalogue; what a customer buys is one of its variants."""

    code = KeyField(
        max_length=64,
        unique=True,
        help_text="The article number: the key of this product in imports and recommendations.",
    )
    title = models.CharField(max_length=255)
    slug = models.SlugField(max_length=280, unique=True)
    description = models.TextField(blank=True)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="products"
    )
    state = models.CharField(
        max_length=10, choices=PublicationState, default=PublicationState.DRAFT
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["title", "pk"]
        indexes: ClassVar = [models.Index(fields=["state", "title"], name="product_state_title")]

    def __str__(self) -> str:
        return self.title


class Variant(models.Model):
    """A product in one size, colour, …: it has the SKU, the price and the stock."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="variants")
    sku = KeyField(max_length=64, unique=True, verbose_name="SKU")
    options = models.JSONField(
        default=dict, blank=True, help_text='What tells it apart, such as {"size": "L"}.'
    )
    price = models.DecimalField(max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    stock = models.PositiveIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(stock__gte=0), name="variant_stock_not_negative"),
            models.CheckConstraint(condition=Q(price__gte=0), name="variant_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product.title} ({self.sku})"


class Attribute(models.Model):
    """Something products can be compared by, such as brand or material."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ProductAttribute(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="attributes")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["attribute", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "attribute"], name="one_value_per_product_attribute"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attribute}: {self.value}"
