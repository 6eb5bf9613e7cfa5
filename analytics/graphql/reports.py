"""Reports for staff: a query that a host merges into its own.

The types are made from the report classes, so that a column is described once; annotations of
this module are read when it is imported, as strawberry needs them.
"""

from dataclasses import fields
from datetime import date
from typing import Any, get_type_hints

import strawberry
import strawberry_django
from django.utils.translation import override
from graphql import GraphQLError

from analytics.exceptions import InvalidArgument
from analytics.models import Device, Source
from analytics.services.reports.base import Filters, Report, row_types
from analytics.services.reports.subjects import SUBJECTS, Subject

PERMISSION = "boughtwith_analytics.view_report"
PREFIX = "Analytics"
MOST_ROWS = 100

strawberry.enum(Source, name=f"{PREFIX}Source", description="The channel of a visit.")
strawberry.enum(Device, name=f"{PREFIX}Device", description="What a visit was made with.")


@strawberry.input(name=f"{PREFIX}Filters", description="Which events count.")
class FiltersInput:
    start: date | None = strawberry.field(
        default=None,
        description="First day, where the shop is; 90 days before the end if left out.",
    )
    end: date | None = strawberry.field(default=None, description="Last day; today if left out.")
    source: Source | None = None
    device: Device | None = None
    scope: str = "default"


def read_filters(given: FiltersInput | None) -> Filters:
    values = {name: value for name, value in vars(given or FiltersInput()).items() if value}
    for name in ("source", "device"):
        if name in values:
            values[name] = values[name].value
    try:
        return Filters.usual(**values)
    except InvalidArgument as error:
        raise _refusal("BAD_USER_INPUT", str(error), field=["filters", error.field]) from error


def _row_type(row: type) -> type:
    """A GraphQL type with a field for each column."""
    hints = get_type_hints(row)
    columns: dict[str, Any] = {
        one.name: strawberry.field(description=str(one.metadata["label"])) for one in fields(row)
    }
    body = {"__annotations__": {name: hints[name] for name in columns}, **columns}
    return strawberry.type(type(row.__name__, (), body), name=f"{PREFIX}{row.__name__}")


def _rows(name: str, title: str, row: type) -> Any:
    """A field with some of a table's rows."""

    def resolve(self: Any, first: int = MOST_ROWS, offset: int = 0) -> Any:
        if not 0 <= first <= MOST_ROWS or offset < 0:
            message = f"first must be from 0 to {MOST_ROWS}, and offset 0 or more."
            raise _refusal("BAD_USER_INPUT", message)
        return getattr(self, name)[offset : offset + first]

    resolve.__annotations__["return"] = list[_row_type(row)]  # type: ignore[misc]
    return strawberry.field(resolver=resolve, description=title)


_ABOUT = {
    "simulated": (float, "The part of what is counted that follows from simulated events, 0 to 1."),
    "missing": (list[str], "What is not there, and how it would come."),
    "notes": (list[str], "What to know when reading the figures."),
    "currency": (str, "Of all money in the report; empty without any."),
}


def _report_type(kind: type[Report]) -> type:
    body: dict[str, Any] = {"__annotations__": {name: hint for name, (hint, _) in _ABOUT.items()}}
    for name, (_, text) in _ABOUT.items():
        body[name] = strawberry.field(description=text)
    for name, title, row in row_types(kind):
        body[name] = _rows(name, title, row)
    return strawberry.type(type(kind.__name__, (), body), name=f"{PREFIX}{kind.__name__}")


def _report_field(subject: Subject) -> Any:
    def resolve(self: Any, filters: FiltersInput | None = None) -> Any:
        return subject.report(read_filters(filters))

    resolve.__annotations__["return"] = _report_type(subject.kind)
    return strawberry_django.field(resolver=resolve, description=str(subject.question))


with override(None):  # the schema is the same whatever the language of the process is
    _BODY: dict[str, Any] = {name: _report_field(one) for name, one in SUBJECTS.items()}
Analytics = strawberry.type(
    type("Analytics", (), _BODY), description="What visitors and customers do, for staff."
)


def _analytics(self: Any, info: strawberry.Info) -> Any:
    user = _user(info)
    if not (user and user.is_active and user.is_staff and user.has_perm(PERMISSION)):
        raise _refusal("FORBIDDEN", f"This needs a staff account with {PERMISSION}.")
    return Analytics()


_analytics.__annotations__["return"] = Analytics


@strawberry.type
class ReportQuery:
    analytics = strawberry_django.field(
        resolver=_analytics,
        description="Reports on behaviour. For staff with the permission to view reports.",
    )


def _user(info: strawberry.Info) -> Any:
    context = info.context
    request = context["request"] if isinstance(context, dict) else context.request
    return getattr(request, "user", None)


def _refusal(code: str, message: str, **details: Any) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code, **details})
