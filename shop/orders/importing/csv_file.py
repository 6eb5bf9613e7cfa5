from __future__ import annotations

import csv
import gzip
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from typing import BinaryIO

from shop.orders.importing.columns import Refusal, Row, defaults, locate, positions
from shop.orders.importing.exceptions import ImportFailed

MAX_LINE_BYTES = 2**20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class CsvFile:
    """UTF-8, comma-separated, double-quoted. `position` counts bytes as they are stored."""

    def __init__(self, stored: BinaryIO, renames: Mapping[str, str], *, gzipped: bool) -> None:
        self._stored = stored
        self.size = os.fstat(stored.fileno()).st_size
        content = gzip.GzipFile(fileobj=stored) if gzipped else stored
        # Strict: a quote that is never closed would swallow the rows that follow it.
        self._records = csv.reader(_text_lines(content), strict=True)
        with self._clear_errors():
            header = next(filter(None, self._records), None)
        if header is None:
            raise ImportFailed("The file is empty.")
        self.columns = [name.strip() for name in header]
        self._found = locate(self.columns, renames)

    def __iter__(self) -> Iterator[Row | Refusal]:
        width = len(self.columns)
        absent = defaults(self._found)
        pick = itemgetter(*positions(self._found, width))
        records = self._records
        with self._clear_errors():
            for cells in records:
                if len(cells) == width:
                    yield Row._make((*pick(cells + absent), records.line_num, cells))
                elif cells:
                    reason = "the row has more or fewer cells than the header"
                    yield Refusal(records.line_num, reason, cells)

    def position(self) -> int:
        return self._stored.tell()

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except csv.Error as error:
            raise ImportFailed(f"Line {self._records.line_num} is not CSV: {error}.") from error
        except EOFError as error:
            raise ImportFailed("The gzip file is cut off.") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise ImportFailed(f"The file is not gzip, or is damaged: {error}.") from error
        except OSError as error:
            raise ImportFailed(f"The file can't be read: {error.strerror}.") from error


def _text_lines(content: BinaryIO | gzip.GzipFile) -> Iterator[str]:
    """Decodes line by line: that way a bad byte's position in the file is known."""
    offset = 0
    while line := content.readline(MAX_LINE_BYTES):
        if len(line) == MAX_LINE_BYTES:
            raise ImportFailed(
                f"At byte {offset} begins a line longer than {MAX_LINE_BYTES} bytes."
            )
        start = len(BYTE_ORDER_MARK) if not offset and line.startswith(BYTE_ORDER_MARK) else 0
        try:
            yield line[start:].decode()
        except UnicodeDecodeError as error:
            position = offset + start + error.start
            raise ImportFailed(
                f"The file is not UTF-8: byte {position} is 0x{line[start + error.start]:02x}. "
                "Save it as UTF-8."
            ) from error
        offset += len(line)
