import base64
import logging
from types import SimpleNamespace
from typing import Any, NewType

import pytest
import strawberry
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from strawberry.schema.config import StrawberryConfig

from shop.graphql.masking import public_error
from tests.shop.graphql import toy

ANYBODY: Any = SimpleNamespace(request=SimpleNamespace(user=AnonymousUser()))
CUSTOMER: Any = SimpleNamespace(
    request=SimpleNamespace(user=SimpleNamespace(is_authenticated=True))
)


def shown(query: str, context: Any = ANYBODY, **variables: Any) -> dict[str, Any]:
    """The one error as the caller sees it."""
    result = toy.schema.execute_sync(query, variable_values=variables, context_value=context)
    (error,) = result.errors or []
    return public_error(error, context)


def fail(how: str) -> str:
    return f'mutation {{ fail(how: "{how}") }}'


def cursor(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class TestBugs:
    @pytest.mark.parametrize("context", [ANYBODY, CUSTOMER])
    def test_are_hidden(self, context: Any) -> None:
        assert shown(fail("bug"), context) == {
            "message": "Internal error",
            "locations": [{"line": 1, "column": 12}],
            "path": ["fail"],
            "extensions": {"code": "INTERNAL_SERVER_ERROR"},
        }

    def test_are_logged_with_traceback(self, caplog: pytest.LogCaptureFixture) -> None:
        shown(fail("bug"))
        (record,) = caplog.records
        assert record.levelno == logging.ERROR
        assert record.exc_info is not None
        assert record.exc_info[0] is toy.Bug

    def test_of_an_extension_are_hidden(self) -> None:
        class Broken(toy.QueryLimits):
            def on_execute(self) -> None:
                raise KeyError("secret")

        schema = toy.GuardedSchema(query=toy.Query, extensions=[Broken])
        (error,) = schema.execute_sync("{ __typename }", context_value=ANYBODY).errors or []
        assert public_error(error, ANYBODY)["message"] == "Internal error"

    def test_of_a_null_where_none_may_be_are_hidden(self) -> None:
        @strawberry.type
        class Query:
            @strawberry.field
            def title(self) -> str:
                return None  # type: ignore[return-value]

        (error,) = toy.GuardedSchema(query=Query).execute_sync("{ title }").errors or []
        assert public_error(error, ANYBODY)["message"] == "Internal error"


class TestExpected:
    @pytest.mark.parametrize(
        ("how", "message", "extensions"),
        [
            (
                "quantity",
                "Quantity must be from 1 to 10.",
                {"code": "INVALID_QUANTITY", "field": ["lines", "0", "quantity"]},
            ),
            ("argument", "first must be from 0 to 100.", {"code": "BAD_USER_INPUT"}),
            ("missing", "There is no such object.", {"code": "NOT_FOUND"}),
            ("code", "Come back tomorrow.", {"code": "CLOSED"}),
        ],
    )
    def test_are_shown(self, how: str, message: str, extensions: dict[str, Any]) -> None:
        error = shown(fail(how))
        assert (error["message"], error["extensions"]) == (message, extensions)

    @pytest.mark.parametrize("how", ["quantity", "argument", "missing", "code"])
    def test_are_not_logged(self, how: str, caplog: pytest.LogCaptureFixture) -> None:
        shown(fail(how))
        assert not caplog.records

    OUT_OF_RANGE = "A value is outside what the database can compare or store."

    def test_a_value_that_can_not_be_stored(self, caplog: pytest.LogCaptureFixture) -> None:
        error = shown(fail("store"))
        assert error["message"] == self.OUT_OF_RANGE
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert not caplog.records

    @pytest.mark.django_db
    @pytest.mark.skipif(connection.vendor != "sqlite", reason="others compare any number")
    def test_a_value_that_can_not_be_compared(self) -> None:
        assert shown(fail("compare"))["message"] == self.OUT_OF_RANGE

    @pytest.mark.parametrize(
        "after",
        [
            "x",
            "é",
            cursor("arrayconnection"),
            cursor("arrayconnection:x"),
            cursor("arrayconnection:" + "9" * 5_000),
            cursor("elsewhere:3"),
        ],
    )
    def test_a_malformed_cursor(self, after: str, caplog: pytest.LogCaptureFixture) -> None:
        error = shown("query ($a: String) { products(after: $a) { total } }", a=after)
        assert error["message"] == "Invalid cursor."
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert not caplog.records

    @pytest.mark.parametrize("id", ["", "no id", cursor("Product"), cursor("A:B")[:-1]])
    def test_a_malformed_id(self, id: str, caplog: pytest.LogCaptureFixture) -> None:
        error = shown("query ($id: ID!) { open(id: $id) }", id=id)
        assert error["message"] == "An id is malformed."
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
        assert not caplog.records

    def test_a_page_size_that_only_strawberry_checks(self) -> None:
        schema = toy.GuardedSchema(query=toy.Query)
        (error,) = schema.execute_sync("{ products(first: 101) { total } }").errors or []
        assert public_error(error, ANYBODY)["message"] == (
            "Argument 'first' cannot be higher than 100."
        )


class TestSchemaNames:
    QUERY = "The query does not fit the schema."
    VARIABLE = "Variable '$v' does not fit the schema."

    @pytest.mark.parametrize(
        ("query", "variables", "message"),
        [
            ("{ product }", {}, QUERY),
            ("{ products(frist: 3) { total } }", {}, QUERY),
            ("{ products(first: true) { total } }", {}, QUERY),
            ("{ echo }", {}, QUERY),
            ("{ echo(text: $v) }", {}, QUERY),
            ("{ ...a } fragment a on Prodct { title }", {}, QUERY),
            ("query ($v: String!) { echo(text: $v) }", {}, VARIABLE),
            ("query ($v: String!) { echo(text: $v) }", {"v": ["x"]}, VARIABLE),
        ],
    )
    def test_are_hidden_from_anonymous_callers(
        self,
        query: str,
        variables: dict[str, Any],
        message: str,
        settings: Any,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        error = shown(query, **variables)
        assert error["message"] == message
        assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
        assert shown(query, CUSTOMER, **variables)["message"] != message
        settings.DEBUG = True
        assert shown(query, **variables)["message"] != message
        assert not caplog.records

    def test_a_literal_that_a_scalar_stumbles_over(self, caplog: pytest.LogCaptureFixture) -> None:
        Colour = NewType("Colour", str)
        scalar = strawberry.scalar(name="Colour", parse_value={"red": "f00"}.__getitem__)

        @strawberry.type
        class Query:
            @strawberry.field
            def paint(self, colour: Colour) -> bool:
                return True

        schema = toy.GuardedSchema(
            query=Query, config=StrawberryConfig(scalar_map={Colour: scalar})
        )
        (error,) = schema.execute_sync('{ paint(colour: "blue") }').errors or []
        assert public_error(error, ANYBODY)["message"] == self.QUERY
        assert not caplog.records

    def test_syntax_errors_are_shown(self, caplog: pytest.LogCaptureFixture) -> None:
        assert shown("{ products(") == {
            "message": "Syntax Error: Expected Name, found <EOF>.",
            "locations": [{"line": 1, "column": 12}],
            "extensions": {"code": "GRAPHQL_PARSE_FAILED"},
        }
        assert not caplog.records

    def test_limits_are_shown(self) -> None:
        assert shown("{" + " __typename" * 301 + "}")["message"] == (
            "The query is too complex: fields 301, at most 300."
        )
