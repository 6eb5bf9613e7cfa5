"""The same answers from an async view."""

import json
from functools import wraps

import pytest
from asgiref.sync import async_to_sync

from analytics.models import Event
from tests.analytics.requests import CHROME
from tests.analytics.test_graphql import TRACK

pytestmark = pytest.mark.django_db(transaction=True)


def sync(test):
    """Runs an async test."""

    @wraps(test)
    def run(async_client):
        async_to_sync(test)(async_client)

    return run


@sync
async def test_events_are_tracked_from_an_async_view(async_client):
    body = {"query": TRACK, "variables": {"events": [{"id": "1", "kind": "PAGE_VIEW"}]}}
    response = await async_client.post(
        "/graphql-async/",
        json.dumps(body),
        content_type="application/json",
        headers={"user-agent": CHROME},
    )
    answer = response.json()["data"]["trackEvents"]
    assert (answer["accepted"], answer["userErrors"]) == (1, [])
    assert await Event.objects.acount() == 1


@sync
async def test_a_page_view_is_stored_under_asgi(async_client):
    response = await async_client.get("/", headers={"user-agent": CHROME})
    assert "visitor" in response.cookies
    assert [event.path async for event in Event.objects.all()] == ["/"]
