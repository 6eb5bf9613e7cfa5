"""Events and visitors can be looked up by staff who may, and changed by nobody."""

import pytest
from django.urls import reverse

from analytics.models import Visitor
from tests import accounts
from tests.analytics.events import add_event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ["event", "visitor"])
def test_they_are_looked_up_and_not_changed(client, model):
    add_event(visitor="a" * 32, query="tea", path="/tea")
    Visitor.objects.create(pseudonym="a" * 32)
    name = f"admin:boughtwith_analytics_{model}"
    client.force_login(accounts.staff())
    assert client.get(reverse(f"{name}_changelist")).status_code == 403
    powers = (
        f"boughtwith_analytics.{power}_{model}" for power in ("view", "add", "change", "delete")
    )
    client.force_login(accounts.staff(*powers))
    page = client.get(reverse(f"{name}_changelist"), {"q": "a" * 32})
    assert page.status_code == 200
    assert "a" * 32 in page.content.decode()
    assert client.get(reverse(f"{name}_add")).status_code == 403
