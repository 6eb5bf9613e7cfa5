from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from shop.orders.importing.columns import Refusal
from shop.orders.importing.exceptions import ImportFailed, NothingUsable


class RefusedFile:
    """A CSV file of the refused rows, as they were, behind their line number and the reason.

    It is there once the import has ended, and only if a row was refused. An import that fails
    leaves none, unless it failed because all rows were refused.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self._columns = columns
        self._part = path.with_name(f"{path.name}.part")
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> RefusedFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        self._file.close()
        if error is None or isinstance(error, NothingUsable):
            self._part.replace(self.path)
        else:
            self._part.unlink()

    def write(self, refusal: Refusal) -> None:
        try:
            if self._file is None:
                self._open()
            self._writer.writerow([refusal.line, refusal.reason, *refusal.source])
        except OSError as error:
            raise ImportFailed(
                f"Refused rows can't be written to {self.path}: {error.strerror}. "
                "Name another file with --refused."
            ) from error

    def _open(self) -> None:
        self._file = self._part.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(["line", "reason", *self._columns])
