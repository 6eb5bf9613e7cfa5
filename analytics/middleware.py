"""Two middlewares: whose request is running, and page views. Nobody waits for what they write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from analytics.services import page_views, visitors
from analytics.services.ingest import Pending

GetResponse = Callable[[HttpRequest], Any]
Middleware = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[Any]]


@sync_and_async_middleware
def visitor_middleware(get_response: GetResponse) -> Middleware:
    """Lets what the store records (`record_visitor_facts`) know whose request is running."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> Any:
            try:
                with _running(request):
                    return await get_response(request)
            except BaseException:  # the client has left: Django has no response to close
                await sync_to_async(Pending.of(request).write)()
                raise

        return asynchronous

    def synchronous(request: HttpRequest) -> Any:
        try:
            with _running(request):
                return get_response(request)
        except BaseException:
            Pending.of(request).write()
            raise

    return synchronous


@sync_and_async_middleware
def page_view_middleware(get_response: GetResponse) -> Middleware:
    """Records each HTML page that is answered with 200."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> Any:
            response = await get_response(request)
            await sync_to_async(page_views.note)(request, response)
            return response

        return asynchronous

    def synchronous(request: HttpRequest) -> Any:
        response = get_response(request)
        page_views.note(request, response)
        return response

    return synchronous


@contextmanager
def _running(request: HttpRequest) -> Generator[None]:
    token = visitors.current_request.set(request)
    try:
        yield
    finally:
        visitors.current_request.reset(token)
