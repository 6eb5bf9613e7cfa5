"""How many items a field can return, read from `first` and `last` before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
)

PAGE_ARGUMENTS = ("first", "last")
MAX_INT = 2**31 - 1


class PageSizes:
    """The page sizes of one document. `default` is what a field without any returns."""

    def __init__(
        self,
        operations: Iterable[OperationDefinitionNode],
        variables: Mapping[str, Any],
        maximum: int,
        default: int,
    ) -> None:
        self._variables = {**_defaults(operations), **variables}
        self._maximum = maximum
        self._default = default

    def of(self, node: FieldNode, definition: GraphQLField | None) -> int | None:
        """None if the field takes no page size. Raises `GraphQLError` for one out of range."""
        taken = definition.args if definition else {}
        names = [name for name in PAGE_ARGUMENTS if name in taken]
        sizes = [self._argument(node, name, taken[name].default_value) for name in names]
        given = [size for size in sizes if size is not None]
        return max(given, default=self._default) if names else None

    def _argument(self, node: FieldNode, name: str, default: object) -> int | None:
        """None for null, and for a type that the validation will refuse."""
        value = next((a.value for a in node.arguments or () if a.name.value == name), None)
        if value is None:
            return _as_size(default)
        if isinstance(value, VariableNode):
            size = _as_size(self._variables.get(value.name.value, default))
        else:
            size = _literal(value) if isinstance(value, IntValueNode) else None
        if size is not None and not 0 <= size <= self._maximum:
            raise GraphQLError(
                f"Argument '{name}' of field '{node.name.value}' must be from 0 to "
                f"{self._maximum}.",
                nodes=node,
                extensions={"code": "BAD_USER_INPUT"},
            )
        return size


def _defaults(operations: Iterable[OperationDefinitionNode]) -> dict[str, int]:
    """Defaults of the variables; where operations differ the larger, as fragments are shared."""
    sizes: dict[str, int] = {}
    for operation in operations:
        for variable in operation.variable_definitions or ():
            if isinstance(variable.default_value, IntValueNode):
                name, size = variable.variable.name.value, _literal(variable.default_value)
                sizes[name] = max(sizes.get(name, size), size)
    return sizes


def _literal(node: IntValueNode) -> int:
    # int() refuses thousands of digits; anything longer than MAX_INT is out of range anyway.
    return int(node.value) if len(node.value) <= len(str(MAX_INT)) else MAX_INT


def _as_size(value: object) -> int | None:
    """As GraphQL reads an Int: 5.0 is one, True is not."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
