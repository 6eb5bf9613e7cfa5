"""The filters above a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.exceptions import InvalidArgument
from analytics.models import DailyFigure, Device, Source
from analytics.services.reports.base import Filters
from analytics.stats.daily import Measure

ALL = ("", _("All"))
DEFAULT_SCOPE = "default"


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FilterForm(forms.Form):
    """Unbound it stands for the usual period."""

    start = forms.DateField(required=False, widget=DateInput, label=_("First day"))
    end = forms.DateField(required=False, widget=DateInput, label=_("Last day"))
    source = forms.ChoiceField(required=False, choices=[ALL, *Source.choices], label=_("Channel"))
    device = forms.ChoiceField(required=False, choices=[ALL, *Device.choices], label=_("Device"))
    scope = forms.ChoiceField(required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        scopes = DailyFigure.objects.filter(measure=Measure.VISITS).order_by("scope")
        names = {DEFAULT_SCOPE, *scopes.values_list("scope", flat=True).distinct()}
        if len(names) == 1:
            del self.fields["scope"]
        else:
            self.fields["scope"] = forms.ChoiceField(
                required=False, label=_("Scope"), choices=[(name, name) for name in sorted(names)]
            )
        usual = Filters.usual()
        self.initial = {"start": usual.start, "end": usual.end, "scope": DEFAULT_SCOPE}

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in (super().clean() or {}).items() if value}
        if self.errors:
            return given
        try:
            self._filters = Filters.usual(**given)
        except InvalidArgument as error:
            self.add_error(error.field, str(error))
        return given

    def filters(self) -> Filters | None:
        """None while the form has errors."""
        if not self.is_bound:
            return Filters.usual()
        return self._filters if self.is_valid() else None
