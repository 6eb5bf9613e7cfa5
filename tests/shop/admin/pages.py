"""What a person does on an admin page, as requests."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.shop.admin.rows import url_name


def listed(client: Client, model: type[Model], **query: str) -> list[Any]:
    """The rows on the list page."""
    response = client.get(reverse(url_name(model, "changelist")), query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def run_action(client: Client, name: str, rows: Iterable[Model]) -> HttpResponse:
    """Ticks the rows, chooses the action and lands on the page that follows."""
    rows = list(rows)
    url = reverse(url_name(type(rows[0]), "changelist"))
    data = {"action": name, "_selected_action": [row.pk for row in rows]}
    return client.post(url, data, follow=True)


def messages(response: HttpResponse) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def filled_in(client: Client, url: str) -> dict[str, Any]:
    """What the forms of a page would send back untouched."""
    context = client.get(url).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = [field for form in forms for field in form]
    data = {field.html_name: field.value() for field in fields}
    data |= {
        field.html_initial_name: field.initial
        for field in fields
        if field.field.show_hidden_initial
    }
    return {name: "" if value is None else value for name, value in data.items()}
