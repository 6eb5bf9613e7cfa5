"""The form in which staff work on a ticket."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from shop.support.models import TRANSITIONS, Ticket, TicketStatus
from shop.support.services import MAX_BODY_LENGTH

#: What staff sort a ticket in by.
SORTED_BY = ("category", "priority", "assignee", "order")


class TicketForm(forms.ModelForm):
    """Sorts a ticket in, answers it and moves it on; what the customer wrote can't be edited."""

    message = forms.CharField(
        required=False, max_length=MAX_BODY_LENGTH, widget=forms.Textarea(attrs={"rows": 6})
    )
    internal = forms.BooleanField(
        required=False, label="Internal note", help_text="Only staff see it."
    )
    move_to = forms.ChoiceField(required=False)

    class Meta:
        model = Ticket
        fields: ClassVar = SORTED_BY

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        move_to: Any = self.fields["move_to"]
        legal = TRANSITIONS[self.instance.status]
        move_to.choices = [("", "–"), *((status, status.label) for status in legal)]
        move_to.error_messages["invalid_choice"] = (
            f"A ticket that is {self.instance.status} can move to "
            f"{', '.join(legal) or 'no other status'}, not to %(value)s."
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("internal") and not values.get("message"):
            self.add_error("message", "Write the note, or clear the mark.")
        closed = self.instance.status == TicketStatus.CLOSED
        if closed and values.get("message") and not values.get("internal"):
            self.add_error("message", "This ticket is closed: it takes internal notes only.")
        return values
