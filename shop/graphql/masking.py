"""Which errors a caller may read, and which are bugs to log and hide."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError
from graphql import GraphQLError, GraphQLSyntaxError, VariableDefinitionNode
from strawberry import Schema
from strawberry.django.context import StrawberryDjangoContext
from strawberry.relay import GlobalIDValueError
from strawberry.types import ExecutionContext

from recommendations.exceptions import RecommendationsError
from shop.exceptions import ShopError

#: How strawberry's own complaints about a page size begin; they are plain ValueErrors.
PAGE_ARGUMENTS = ("Argument 'first'", "Argument 'last'")

#: Where strawberry reads cursors; whatever breaks there breaks on the caller's text.
CURSOR_READERS = {
    ("strawberry.relay.utils", "from_arguments"),
    ("strawberry_django.relay.cursor_connection", "from_cursor"),
}

#: SQLite alone refuses a number out of range with an error of Python's.
STATEMENTS = {("django.db.backends.utils", "execute")}


class GuardedSchema(Schema):
    """A schema that logs bugs only: what a caller did wrong is for the caller to read."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        super().process_errors(
            [error for error in errors if explain(error) is None], execution_context
        )


@dataclass(frozen=True)
class Explanation:
    """What a caller did wrong, in the caller's terms."""

    code: str
    message: str
    field: tuple[str, ...] = ()

    @property
    def extensions(self) -> dict[str, Any]:
        return {"code": self.code} | ({"field": list(self.field)} if self.field else {})


def may_see_schema(context: StrawberryDjangoContext | None) -> bool:
    """Whether the names of types, fields and arguments may be shown to who is asking.

    An execution without a request is the server's own.
    """
    return context is None or settings.DEBUG or context.request.user.is_authenticated


def public_error(error: GraphQLError, context: StrawberryDjangoContext | None) -> dict[str, Any]:
    """The error as it goes into the response."""
    shown = explain(error)
    if shown is None:
        message, extensions = "Internal error", {"code": "INTERNAL_SERVER_ERROR"}
    else:
        message, extensions = shown.message, {**(error.extensions or {}), **shown.extensions}
    if extensions["code"] == "GRAPHQL_VALIDATION_FAILED" and not may_see_schema(context):
        message = _without_schema_names(error)
    return {**error.formatted, "message": message, "extensions": extensions}


def _without_schema_names(error: GraphQLError) -> str:
    """graphql-core names types, fields and arguments, and suggests similar ones. The names of
    variables are the caller's own."""
    node = error.nodes[0] if error.nodes else None
    if isinstance(node, VariableDefinitionNode):
        return f"Variable '${node.variable.name.value}' does not fit the schema."
    return "The query does not fit the schema."


def explain(error: GraphQLError) -> Explanation | None:
    """None if the error comes from a bug."""
    original = error.original_error
    if original is not None:
        expected = _explain_exception(original)
        if expected or not (isinstance(original, GraphQLError) or _is_about_input(error)):
            return expected
    code = (error.extensions or {}).get("code")
    if isinstance(error, GraphQLSyntaxError):
        code = "GRAPHQL_PARSE_FAILED"
    return Explanation(code or "GRAPHQL_VALIDATION_FAILED", error.message)


def _explain_exception(exception: Exception) -> Explanation | None:
    if isinstance(exception, ShopError):
        return Explanation(exception.code, exception.message, exception.field)
    if isinstance(exception, RecommendationsError):
        return Explanation(exception.code, str(exception))
    if isinstance(exception, ObjectDoesNotExist):
        return Explanation("NOT_FOUND", "There is no such object.")
    message = _about_a_value(exception)
    return Explanation("BAD_USER_INPUT", message) if message else None


def _about_a_value(exception: Exception) -> str | None:
    """What strawberry or a database has against a value of the caller's."""
    if isinstance(exception, GlobalIDValueError):
        return "An id is malformed."
    if isinstance(exception, ValueError) and str(exception).startswith(PAGE_ARGUMENTS):
        return str(exception)
    if _raised_below(CURSOR_READERS, exception):
        return "Invalid cursor."
    overflow = isinstance(exception, OverflowError) and _raised_below(STATEMENTS, exception)
    if overflow or isinstance(exception, DataError):
        return "A value is outside what the database can compare or store."
    return None


def _is_about_input(error: GraphQLError) -> bool:
    """Whether a scalar refused a literal or a variable: that has a place but no path yet."""
    return bool(error.nodes) and error.path is None


def _raised_below(functions: set[tuple[str, str]], exception: Exception) -> bool:
    return any(
        (frame.f_globals.get("__name__"), frame.f_code.co_name) in functions
        for frame, _line in traceback.walk_tb(exception.__traceback__)
    )
