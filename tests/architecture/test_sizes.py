"""A function fits on a screen, and a file has one subject."""

import ast

import pytest

from tests.architecture.sources import ROOT, source_files


def lines_of(node):
    return node.end_lineno - node.lineno + 1


def functions():
    """Name and length of every function; a class inside one counts by its own methods."""
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                classes = (part for part in node.body if isinstance(part, ast.ClassDef))
                name = f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
                yield name, lines_of(node) - sum(map(lines_of, classes))


def files():
    """Name and length of every file that is not empty."""
    for path in source_files():
        if lines := path.read_text().count("\n"):
            yield str(path.relative_to(ROOT)), lines


@pytest.mark.parametrize(
    ("measured", "usual", "most"),
    [(functions, 30, 60), (files, 300, 400)],
    ids=["functions", "files"],
)
def test_nine_of_ten_are_short_and_none_is_long(measured, usual, most):
    lengths = dict(measured())
    longer = sorted(name for name, length in lengths.items() if length > usual)
    assert len(longer) <= len(lengths) / 10, longer
    assert [name for name in longer if lengths[name] > most] == []
