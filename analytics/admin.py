"""Events and visitors, to look things up: nothing here can be typed in or edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from analytics.models import Event, Visitor


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "visitor", "person", "path", "product_key", "simulated")
    list_filter = ("kind", "source", "device", "simulated")
    search_fields = ("=visitor", "=person", "=order_key", "=product_key")
    date_hierarchy = "at"
    show_full_result_count = False  # counting millions of rows takes longer than the page


@admin.register(Visitor)
class VisitorAdmin(ReadOnlyAdmin):
    list_display = ("pseudonym", "person", "first_seen")
    search_fields = ("=pseudonym", "=person")
    show_full_result_count = False
