"""File → rows: CSV, gzipped CSV or Parquet, a little at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from shop.orders.importing.columns import Refusal, Row
from shop.orders.importing.csv_file import CsvFile
from shop.orders.importing.exceptions import ImportFailed


class RowFile(Protocol):
    """An open file of rows.

    `columns` name what the source of a row holds; `position` of `size` says how much is read.
    """

    columns: list[str]
    size: int

    def __iter__(self) -> Iterator[Row | Refusal]: ...

    def position(self) -> int: ...


@contextmanager
def open_rows(path: Path, renames: Mapping[str, str]) -> Iterator[RowFile]:
    """Opens a file by its suffix; anything but `.parquet` and `.gz` is read as CSV.

    Raises `ImportFailed` where it can't be read or lacks a column, here or while it is read.
    """
    try:
        stored = path.open("rb")
    except OSError as error:
        raise ImportFailed(f"The file can't be opened: {error.strerror}.") from error
    with stored:
        if path.suffix.lower() == ".parquet":
            yield _open_parquet(stored, renames)
        else:
            yield CsvFile(stored, renames, gzipped=path.suffix.lower() == ".gz")


def _open_parquet(stored: BinaryIO, renames: Mapping[str, str]) -> RowFile:
    try:
        from shop.orders.importing.parquet_file import ParquetFile  # noqa: PLC0415
    except ImportError as error:
        raise ImportFailed("Parquet files need pyarrow: pip install pyarrow.") from error
    return ParquetFile(stored, renames)
