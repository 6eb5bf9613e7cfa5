from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from graphql import get_introspection_query, parse

from shop.graphql.limits import Measure, Meter
from tests.shop.graphql import toy


def measure(query: str, **variables: Any) -> Measure:
    return Meter(toy.schema._schema, parse(query), variables, toy.LIMITS).total()


def refusal(query: str, context: Any = None, **variables: Any) -> dict[str, Any]:
    """The one error that kept the query from running, as message and extensions."""
    result = toy.schema.execute_sync(query, variable_values=variables, context_value=context)
    assert result.data is None
    (error,) = result.errors or []
    return {"message": error.message} | (error.extensions or {})


def too_complex(query: str, **variables: Any) -> tuple[str, int]:
    """The limit that refused the query and by how much it was passed."""
    error = refusal(query, **variables)
    assert error["code"] == "QUERY_TOO_COMPLEX"
    return error["limit"], error["value"]


def answers(query: str, context: Any = None, **variables: Any) -> bool:
    result = toy.schema.execute_sync(query, variable_values=variables, context_value=context)
    return not result.errors


def nested(depth: int, field: str = "shop") -> str:
    return f"{{ {(field + ' {') * (depth - 1)} __typename {'}' * (depth - 1)} }}"


class TestCost:
    def test_a_page_multiplies_what_each_item_costs(self) -> None:
        query = """{ products(first: 50) { edges { node {
            boughtWith(first: 4) { nodes { title } }
        } } } }"""
        # boughtWith, nodes and 4 titles: 6; a node and its boughtWith: 7;
        # products, edges and 50 of those: 2 + 50 × 7.
        assert measure(query).cost == 352
        assert answers(query)

    def test_pages_of_pages_are_refused(self) -> None:
        query = """{ products(first: 100) { edges { node {
            boughtWith(first: 50) { nodes { boughtWith(first: 50) { nodes { title } } } }
        } } } }"""
        # 2 + 50 titles = 52; 2 + 50 × 52 = 2,602; 2 + 100 × (1 + 2,602) = 260,302.
        assert too_complex(query) == ("cost", 260_302)

    def test_only_the_lists_of_a_page_are_multiplied(self) -> None:
        assert measure("{ products(first: 50) { total } }").cost == 2

    def test_a_page_without_a_size_has_the_default_one(self) -> None:
        assert measure("{ products { nodes { title } } }").cost == 2 + 20

    def test_null_is_no_size(self) -> None:
        assert measure("{ products(first: null) { nodes { title } } }").cost == 2 + 20

    def test_the_schema_knows_better_than_the_default(self) -> None:
        # products, nodes and 10 of: boughtWith, nodes and the 4 titles of its own default.
        assert measure(
            "{ products(first: 10) { nodes { boughtWith { nodes { title } } } } }"
        ).cost == 2 + 10 * (2 + 4)

    def test_a_list_with_a_page_size_multiplies_itself(self) -> None:
        assert measure("{ latest(first: 7) { title } }").cost == 1 + 7
        assert measure("{ latest { title } }").cost == 1 + 5

    def test_a_list_without_page_size_counts_as_ten(self) -> None:
        assert measure("{ featured { title related { title } } }").cost == 1 + 10 * (2 + 10)

    def test_the_larger_of_first_and_last_counts(self) -> None:
        assert measure("{ products(first: 3, last: 8) { nodes { title } } }").cost == 2 + 8

    @pytest.mark.parametrize(
        ("variables", "titles"), [({"n": 30}, 30), ({}, 6), ({"n": None}, 20), ({"n": 5.0}, 5)]
    )
    def test_a_variable_counts_with_its_value_or_default(
        self, variables: dict[str, Any], titles: int
    ) -> None:
        query = "query ($n: Int = 6) { products(first: $n) { nodes { title } } }"
        assert measure(query, **variables).cost == 2 + titles

    def test_a_variable_without_value_leaves_the_default_of_the_schema(self) -> None:
        assert measure("query ($n: Int) { latest(first: $n) { title } }").cost == 1 + 5

    def test_a_fragment_costs_what_its_page_decides(self) -> None:
        query = """
            { small: products(first: 2) { ...page } large: products(first: 30) { ...page } }
            fragment page on Products { total nodes { title } }
        """
        assert measure(query).cost == (3 + 2) + (3 + 30)

    def test_operations_cost_together(self) -> None:
        query = "query a { latest(first: 3) { title } } query b { latest(first: 4) { title } }"
        assert measure(query).cost == (1 + 3) + (1 + 4)


class TestPageSize:
    @pytest.mark.parametrize("size", [-1, 101, 10**12])
    def test_out_of_range_names_field_argument_and_range(self, size: int) -> None:
        expected = {
            "message": "Argument 'first' of field 'products' must be from 0 to 100.",
            "code": "BAD_USER_INPUT",
        }
        assert refusal(f"{{ products(first: {size}) {{ total }} }}") == expected
        assert refusal("query ($n: Int) { products(first: $n) { total } }", n=size) == expected

    def test_a_literal_of_thousands_of_digits(self) -> None:
        assert (
            "must be from 0 to 100"
            in refusal(f"{{ products(last: {'9' * 9_000}) {{ total }} }}")["message"]
        )

    def test_a_default_out_of_range(self) -> None:
        query = "query ($n: Int = -1) { products { nodes { boughtWith(first: $n) { total } } } }"
        assert refusal(query)["message"] == (
            "Argument 'first' of field 'boughtWith' must be from 0 to 100."
        )

    @pytest.mark.parametrize("size", [0, 100])
    def test_the_ends_of_the_range_are_in(self, size: int) -> None:
        assert answers(f"{{ products(first: {size}) {{ total }} }}")

    @pytest.mark.parametrize("size", ["true", '"9"', "1.5", "[1]"])
    def test_other_types_are_left_to_validation(self, size: str) -> None:
        error = refusal(f"{{ products(first: {size}) {{ total }} }}")
        assert error["message"].startswith("Int cannot represent non-integer value")


class TestCounts:
    def test_depth(self) -> None:
        assert answers(nested(15))
        assert too_complex(nested(16)) == ("depth", 16)

    def test_fragments_add_to_depth(self) -> None:
        query = """
            { shop { ...a } }
            fragment a on Query { shop { ...b } }
            fragment b on Query { shop { __typename } }
        """
        assert measure(query).depth == 4

    def test_fields(self) -> None:
        assert answers("{" + " __typename" * 300 + "}")
        assert too_complex("{" + " __typename" * 301 + "}") == ("fields", 301)

    def test_a_fragment_counts_as_often_as_it_is_spread(self) -> None:
        query = "{" + " ...a" * 151 + "} fragment a on Query { __typename shop { __typename } }"
        assert too_complex(query) == ("fields", 453)

    def test_aliases(self) -> None:
        aliases = [f"a{i}: __typename" for i in range(31)]
        assert answers("{" + " ".join(aliases[:30]) + "}")
        assert too_complex("{" + " ".join(aliases) + "}") == ("aliases", 31)

    def test_arguments(self) -> None:
        assert answers("{" + " latest(first: 0) { title }" * 100 + "}")
        assert too_complex("{" + " latest(first: 0) { title }" * 101 + "}") == ("arguments", 101)

    @pytest.mark.parametrize(
        "query",
        [
            "{ __typename %s }",
            "query %s { __typename }",
            "{ ... %s { __typename } }",
            "{ ...a %s } fragment a on Query { __typename }",
            "{ ...a } fragment a on Query %s { __typename }",
        ],
    )
    def test_directives(self, query: str) -> None:
        assert measure(query % ("@skip(if: false) " * 30)).directives == 30
        assert too_complex(query % ("@skip(if: false) " * 31)) == ("directives", 31)

    def test_fragments(self) -> None:
        fragments = [f"fragment f{i} on Query {{ __typename }}" for i in range(51)]
        assert too_complex("{ __typename }" + " ".join(fragments)) == ("fragments", 51)

    def test_the_message_names_limit_and_value(self) -> None:
        assert refusal(nested(16)) == {
            "message": "The query is too complex: depth 16, at most 15.",
            "code": "QUERY_TOO_COMPLEX",
            "limit": "depth",
            "value": 16,
            "maximum": 15,
        }

    def test_limits_can_be_chosen(self) -> None:
        strict = toy.limited(replace(toy.LIMITS, depth=2))
        assert not strict.execute_sync(nested(2)).errors
        assert strict.execute_sync(nested(3)).errors


class TestBombs:
    @pytest.fixture
    def work(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The names of all fields measured, each time they are."""
        visited: list[str] = []
        original = Meter._field

        def counted(meter: Meter, node: Any, *args: Any) -> Measure:
            visited.append(node.name.value)
            return original(meter, node, *args)

        monkeypatch.setattr(Meter, "_field", counted)
        return visited

    def test_nested_fragments_are_measured_once(self, work: list[str]) -> None:
        doubling = [f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(24)]
        last = "fragment f24 on Query { __typename }"
        assert too_complex(" ".join(["{ ...f0 }", *doubling, last])) == ("fields", 2**24)
        assert work == ["__typename"]

    def test_a_value_beyond_an_int_is_reported_as_the_largest(self) -> None:
        doubling = [f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(40)]
        last = "fragment f40 on Query { __typename }"
        assert too_complex(" ".join(["{ ...f0 }", *doubling, last])) == ("fields", 2**31 - 1)

    def test_nested_fragments_of_fields(self, work: list[str]) -> None:
        doubling = [
            f"fragment f{i} on Query {{ a: shop {{ ...f{i + 1} }} b: shop {{ ...f{i + 1} }} }}"
            for i in range(13)
        ]
        last = "fragment f13 on Query { __typename }"
        # 2 + 4 + … + 2¹³ shops and 2¹³ leaves.
        assert too_complex(" ".join(["{ ...f0 }", *doubling, last])) == ("fields", 24_574)
        assert len(work) == 2 * 13 + 1

    @pytest.mark.parametrize(
        "query",
        [
            "{ ...a } fragment a on Query { ...a }",
            "{ ...a } fragment a on Query { shop { ...b } } fragment b on Query { ...a }",
            "{ __typename } fragment a on Query { shop { ...a } }",
        ],
    )
    def test_cycles(self, query: str) -> None:
        assert refusal(query) == {
            "message": "Fragment 'a' spreads itself.",
            "code": "GRAPHQL_VALIDATION_FAILED",
        }

    def test_a_fragment_can_not_hide_behind_another_of_its_name(self) -> None:
        hidden = "fragment a on Query {" + " __typename" * 1_000 + "}"
        assert refusal("{ ...a }" + hidden + "fragment a on Query { __typename }") == {
            "message": "Two fragments have the same name.",
            "code": "GRAPHQL_VALIDATION_FAILED",
        }

    def test_unused_fragments_count(self) -> None:
        query = "{ __typename } fragment a on Query {" + " __typename" * 300 + "}"
        assert too_complex(query) == ("fields", 301)

    def test_unknown_fragments_and_fields_are_left_to_validation(self) -> None:
        assert refusal("{ ...nowhere }")["message"] == "Unknown fragment 'nowhere'."
        assert "Cannot query field 'none'" in refusal("{ none(first: 900) { x { y } } }")["message"]

    def test_nesting(self) -> None:
        assert too_complex(nested(190)) == ("nesting", 51)
        assert too_complex("{" + "... {" * 60 + "__typename" + "}" * 61) == ("nesting", 51)

    def test_tokens(self) -> None:
        message = refusal("{" + " __typename" * 5_001 + "}")["message"]
        assert message == "Syntax Error: Document contains more than 5000 tokens. Parsing aborted."

    def test_a_document_deeper_than_the_stack(self) -> None:
        assert "nested too deeply" in refusal("{ shop " * 2_000)["message"]


class TestIntrospection:
    ANYBODY = SimpleNamespace(request=SimpleNamespace(user=AnonymousUser()))
    CUSTOMER = SimpleNamespace(request=SimpleNamespace(user=SimpleNamespace(is_authenticated=True)))

    @pytest.mark.parametrize(
        "query", ["{ __schema { __typename } }", '{ __type(name: "X") { name } }']
    )
    def test_is_refused_to_anonymous_callers(self, query: str, settings: Any) -> None:
        assert refusal(query, self.ANYBODY) == {
            "message": "Introspection is not available.",
            "code": "FORBIDDEN",
        }
        assert answers(query, self.CUSTOMER)
        settings.DEBUG = True
        assert answers(query, self.ANYBODY)

    def test_can_not_hide_in_a_fragment(self) -> None:
        query = "{ ...a } fragment a on Query { shop { __typename } __schema { __typename } }"
        assert refusal(query, self.ANYBODY)["code"] == "FORBIDDEN"

    def test_typename_is_no_introspection(self) -> None:
        assert answers("{ __typename }", self.ANYBODY)

    def test_the_query_of_the_usual_tools_passes(self) -> None:
        assert answers(get_introspection_query(input_value_deprecation=True))

    def test_lists_in_lists_are_limited(self) -> None:
        query = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
        assert too_complex(query) == ("introspection", 4)

    def test_repetition_is_limited(self) -> None:
        types = '%s: __type(name: "Query") { fields { args { name } } }'
        assert too_complex("{" + types % "a" + types % "b" + "}") == ("introspection", 4)
