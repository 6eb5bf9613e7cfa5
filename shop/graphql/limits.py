"""What one request may ask, measured on the parsed document before it is validated or run.

A fragment is measured once and its measure reused, so the work is linear in the size of the
document however often its fragments are spread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from strawberry.extensions import SchemaExtension, ValidationCache

from shop.graphql.connections import DEFAULT_PAGE, MAX_PAGE
from shop.graphql.masking import may_see_schema
from shop.graphql.page_sizes import PageSizes

INTROSPECTION_FIELDS = {"__schema", "__type"}
ADDED_UP = ("fields", "arguments", "aliases", "directives", "introspection", "cost", "per_item")
LIMITED = ("depth", "fields", "arguments", "aliases", "directives", "introspection", "cost")
MAX_INT = 2**31 - 1


@dataclass(frozen=True)
class Limits:
    """The most that all operations of one document may ask together.

    `depth` counts fields inside fields and `nesting` selection sets inside selection sets, those
    of fragments too. `cost` is the number of values the answer can hold: page sizes multiply down
    the tree, and `list_size` stands in where a list takes no page size. `introspection` counts
    lists inside lists below `__schema` and `__type`; the usual tools need 3, and 230 `fields`.
    The standard validation compares fields, fragments and arguments in pairs, so few must do.
    """

    tokens: int = 5_000
    nesting: int = 50
    depth: int = 15
    fields: int = 300
    fragments: int = 50
    arguments: int = 100
    aliases: int = 30
    directives: int = 30
    introspection: int = 3
    cost: int = 20_000
    page_size: int = MAX_PAGE
    default_page_size: int = DEFAULT_PAGE
    list_size: int = 10


@dataclass(slots=True)
class Measure:
    """What a selection set asks for, its fragments written out.

    `per_item` is the part of the cost that is due once for each item of a page whose size the
    field above decides: `edges` and `nodes` of a connection.
    """

    fields: int = 0
    arguments: int = 0
    aliases: int = 0
    directives: int = 0
    introspection: int = 0
    cost: int = 0
    per_item: int = 0
    depth: int = 0
    list_depth: int = 0

    def add(self, other: Measure) -> None:
        for name in ADDED_UP:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.depth = max(self.depth, other.depth)
        self.list_depth = max(self.list_depth, other.list_depth)

    def cost_with(self, page_size: int) -> int:
        return self.cost + page_size * self.per_item


class Meter:
    """Measures one document. Raises `GraphQLError` for what no document may contain."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: Mapping[str, Any],
        limits: Limits,
    ) -> None:
        fragments = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
        if len(fragments) > limits.fragments:
            _refuse_limit("fragments", len(fragments), limits.fragments)
        self._schema = schema
        self._limits = limits
        self._operations = [
            d for d in document.definitions if isinstance(d, OperationDefinitionNode)
        ]
        self._fragments = {fragment.name.value: fragment for fragment in fragments}
        if len(self._fragments) < len(fragments):
            raise _refusal("Two fragments have the same name.", "GRAPHQL_VALIDATION_FAILED")
        self._page_sizes = PageSizes(
            self._operations, variables, limits.page_size, limits.default_page_size
        )
        self._measured: dict[str, Measure] = {}
        self._open: set[str] = set()

    def total(self) -> Measure:
        """All operations together, and what no operation uses: that is validated all the same."""
        total = Measure()
        for operation in self._operations:
            root = self._schema.get_root_type(operation.operation)
            total.add(self._selections(operation, root, 1))
        for name in self._fragments:
            if name not in self._measured:
                total.add(self._fragment(name, 1))
        total.cost = total.cost_with(self._limits.list_size)
        return total

    def _selections(
        self,
        node: OperationDefinitionNode | FragmentDefinitionNode | FieldNode | InlineFragmentNode,
        parent: GraphQLNamedType | None,
        level: int,
    ) -> Measure:
        if level > self._limits.nesting:
            _refuse_limit("nesting", level, self._limits.nesting)
        total = Measure(directives=len(node.directives or ()))
        for selection in node.selection_set.selections if node.selection_set else ():
            total.add(self._selection(selection, parent, level))
        return total

    def _selection(
        self, selection: SelectionNode, parent: GraphQLNamedType | None, level: int
    ) -> Measure:
        if isinstance(selection, FieldNode):
            return self._field(selection, parent, level)
        if isinstance(selection, FragmentSpreadNode):
            measure = self._fragment(selection.name.value, level + 1)
            return replace(measure, directives=measure.directives + len(selection.directives or ()))
        if isinstance(selection, InlineFragmentNode):
            if selection.type_condition:
                parent = self._schema.get_type(selection.type_condition.name.value)
            return self._selections(selection, parent, level + 1)
        raise TypeError(f"GraphQL has no selection {selection.kind}.")

    def _fragment(self, name: str, level: int) -> Measure:
        if name in self._open:
            raise _refusal(f"Fragment '{name}' spreads itself.", "GRAPHQL_VALIDATION_FAILED")
        fragment = self._fragments.get(name)
        if fragment is None:
            return Measure()
        if name not in self._measured:
            self._open.add(name)
            parent = self._schema.get_type(fragment.type_condition.name.value)
            self._measured[name] = self._selections(fragment, parent, level)
            self._open.remove(name)
        return self._measured[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Measure:
        name = node.name.value
        definition = self._schema.get_field(parent, name) if is_composite_type(parent) else None
        returned = get_named_type(definition.type) if definition else None
        measure = self._selections(node, returned, level + 1)
        measure.fields += 1
        measure.arguments += len(node.arguments or ())
        measure.aliases += node.alias is not None
        if name in INTROSPECTION_FIELDS:
            measure.introspection += max(measure.list_depth, 1)
            measure.cost = measure.per_item = measure.depth = measure.list_depth = 0
        else:
            measure.depth += 1
            self._multiply(measure, node, definition)
        return measure

    def _multiply(self, measure: Measure, node: FieldNode, definition: GraphQLField | None) -> None:
        """Turns the cost of what a field selects into the cost of the field."""
        page_size = self._page_sizes.of(node, definition)
        if definition and is_list_type(get_nullable_type(definition.type)):
            measure.list_depth += 1
            item = measure.cost_with(self._limits.list_size)
            measure.cost = 1 + (page_size or 0) * item
            measure.per_item = item if page_size is None else 0
        else:
            size = self._limits.list_size if page_size is None else page_size
            measure.cost = 1 + measure.cost_with(size)
            measure.per_item = 0


class QueryLimits(SchemaExtension):
    """Refuses a document beyond its `Limits` before validation, and so before any SQL."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits

    def on_operation(self) -> Iterator[None]:
        self.execution_context.parse_options["max_tokens"] = self.limits.tokens
        yield

    def on_validate(self) -> Iterator[None]:
        try:
            self._check()
        except GraphQLError as refusal:
            # Strawberry neither validates nor runs a document that has errors already.
            self.execution_context.pre_execution_errors = [refusal]
        yield

    def _check(self) -> None:
        context = self.execution_context
        if context.graphql_document is None:
            return
        measure = Meter(
            context.schema._schema,  # strawberry's own extensions reach the core schema so
            context.graphql_document,
            context.variables or {},
            self.limits,
        ).total()
        for name in LIMITED:
            value, maximum = getattr(measure, name), getattr(self.limits, name)
            if value > maximum:
                _refuse_limit(name, value, maximum)
        if measure.introspection and not may_see_schema(context.context):
            raise _refusal("Introspection is not available.", "FORBIDDEN")


class KnownDocuments(ValidationCache):
    """Validates a document once a process; what `QueryLimits` refused stays refused."""

    def on_validate(self) -> Iterator[None]:
        if self.execution_context.pre_execution_errors:
            yield
        else:
            yield from super().on_validate()


def _refuse_limit(name: str, value: int, maximum: int) -> NoReturn:
    # The expansion of nested fragments can have hundreds of digits; clients read an Int.
    value = min(value, MAX_INT)
    raise _refusal(
        f"The query is too complex: {name} {value:,}, at most {maximum:,}.",
        "QUERY_TOO_COMPLEX",
        limit=name,
        value=value,
        maximum=maximum,
    )


def _refusal(message: str, code: str, **details: Any) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code, **details})
