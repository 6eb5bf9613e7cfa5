from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from shop.orders.importing.columns import Row, defaults, locate, positions
from shop.orders.importing.exceptions import ImportFailed

BATCH = 5_000


class ParquetFile:
    """Reads the columns the import uses, and no others. `position` counts rows, and so does
    `line` of a row, from 1.
    """

    def __init__(self, stored: BinaryIO, renames: Mapping[str, str]) -> None:
        with _clear_errors():
            self._file = pq.ParquetFile(stored)
        self.size = self._file.metadata.num_rows
        self._read = 0
        schema = self._file.schema_arrow
        located = locate(schema.names, renames)
        self.columns = list(dict.fromkeys(schema.names[position] for position in located.values()))
        self._found = {
            ours: self.columns.index(schema.names[position]) for ours, position in located.items()
        }
        for name in self.columns:
            _check_type(name, schema.field(name).type)

    def __iter__(self) -> Iterator[Row]:
        absent = tuple(defaults(self._found))
        pick = itemgetter(*positions(self._found, len(self.columns)))
        with _clear_errors():
            for batch in self._file.iter_batches(BATCH, columns=self.columns):
                values = [_values(batch.column(name)) for name in self.columns]
                for cells in zip(*values, strict=True):
                    self._read += 1
                    yield Row._make((*pick(cells + absent), self._read, cells))

    def position(self) -> int:
        return self._read


def _check_type(name: str, found: pa.DataType) -> None:
    if pa.types.is_nested(found) or pa.types.is_binary(found) or pa.types.is_large_binary(found):
        raise ImportFailed(f"Column {name} is of type {found}: use text, numbers or timestamps.")


def _values(column: pa.Array) -> list[Any]:
    """Python values. Null is the empty text, so that it is not taken for a missing column."""
    if pa.types.is_timestamp(column.type):
        # Python's datetime has no nanoseconds.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return ["" if value is None else value for value in column.to_pylist()]


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise ImportFailed(f"The file is not Parquet, or is damaged: {error}") from error
