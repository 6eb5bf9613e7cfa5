"""Form fields and forms of the catalogue, shared by admin and the CSV import."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from shop.catalog.models import Variant


class OptionsField(forms.JSONField):
    """What tells a variant apart: a JSON object of names and plain values."""

    def clean(self, value: Any) -> dict[str, str | float]:
        options = super().clean(value)
        if options is None:
            return {}
        if not isinstance(options, dict) or not all(map(_is_plain, options.values())):
            raise ValidationError(
                'Write a JSON object of names and texts or numbers, such as {"size": "L"}.'
            )
        return options


class VariantForm(forms.ModelForm):
    """Saves what was edited and nothing else, so that goods sold meanwhile stay sold."""

    class Meta:
        model = Variant
        fields: ClassVar = ["sku", "options", "price", "stock", "position"]
        field_classes: ClassVar = {"options": OptionsField}
        widgets: ClassVar = {
            "sku": forms.TextInput(attrs={"size": 20}),
            "options": forms.TextInput(attrs={"size": 25}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Edited means: different from what the page showed, not from what has become of it.
        self.fields["stock"].show_hidden_initial = True

    def clean_stock(self) -> int:
        shown = self.data.get(self.add_initial_prefix("stock"))
        now = self.instance.stock
        if self.instance.pk and "stock" in self.changed_data and shown != str(now):
            raise ValidationError(
                f"Stock was {shown} when this page was opened and is {now} now. Open it again."
            )
        return self.cleaned_data["stock"]

    def save(self, commit: bool = True) -> Variant:
        if commit and self.instance.pk:
            self.instance.save(update_fields=self.changed_data)
            return self.instance
        return super().save(commit)


def _is_plain(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value))
