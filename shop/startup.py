"""What a server process does before its first request."""

import gc

from django.urls import get_resolver


def warm_up() -> None:
    """Loads the URLs and with them the GraphQL schema, and frees later garbage collections from
    looking through all of it: a page of suggestions makes enough objects to have them often."""
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
