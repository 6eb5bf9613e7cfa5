"""Brings an existing store's orders in, so that recommendations can learn from them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from shop.orders.importing.columns import COLUMNS, REQUIRED, parse_renames
from shop.orders.importing.exceptions import ImportFailed
from shop.orders.importing.reading import open_rows
from shop.orders.importing.refused_file import RefusedFile
from shop.orders.importing.writing import ImportOptions, ImportResult, import_rows


class Command(BaseCommand):
    help = (
        f"Imports orders from a CSV, CSV.gz or Parquet file with one row an order line. "
        f"Columns: {', '.join(REQUIRED)} (required), {', '.join(COLUMNS[len(REQUIRED) :])}. "
        "Missing products and customers are made. An order that is there already is left alone, "
        "so a file can be imported again. All of it is one transaction."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="OURS=THEIRS",
            help="what the file calls a column; repeat it for more columns",
        )
        parser.add_argument(
            "--exclude-products",
            default="",
            metavar="POST,D,M",
            help="product ids that are no products, such as postage: their rows are left out",
        )
        parser.add_argument(
            "--cancelled-prefix",
            default="",
            metavar="C",
            help="orders whose id starts with this are cancelled; their quantities may be negative",
        )
        parser.add_argument(
            "--stock", type=int, default=100, help="stock of the products it makes (default: 100)"
        )
        parser.add_argument(
            "--refused",
            type=Path,
            metavar="FILE",
            help="where rows go that can't be used (default: FILE.refused.csv, in this directory)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = perf_counter()
        path: Path = options["file"]
        try:
            result = self._import(path, options)
        except ImportFailed as error:
            raise CommandError(f"{path}: {error.message} Nothing was imported.") from error
        except DatabaseError as error:
            raise CommandError(
                f"{path}: the database refused it, nothing was imported: {error}"
            ) from error
        self._report(result, perf_counter() - started)

    def _import(self, path: Path, options: dict[str, Any]) -> ImportResult:
        refused_path = options["refused"] or Path(f"{path.name}.refused.csv")
        if refused_path.absolute() == path.absolute():
            raise ImportFailed("--refused names the file that is imported.")
        choices = ImportOptions(
            exclude_products=frozenset(filter(None, options["exclude_products"].split(","))),
            cancelled_prefix=options["cancelled_prefix"],
            stock=options["stock"],
        )
        console = Console(stderr=True)
        with (
            open_rows(path, parse_renames(options["map"])) as rows,
            RefusedFile(refused_path, rows.columns) as refused,
            Progress(console=console, disable=not console.is_terminal) as bar,
        ):
            task = bar.add_task(f"Importing {path.name}", total=rows.size)
            result = import_rows(
                rows,
                choices,
                name=path.name,
                refuse=refused.write,
                progress=lambda _: bar.update(task, completed=rows.position()),
            )
        if result.refused:
            self.stderr.write(f"Refused rows are in {refused_path}.")
        return result

    def _report(self, result: ImportResult, seconds: float) -> None:
        console = Console(width=100)
        if not console.is_terminal:
            self.stdout.write(f"{result.rows} rows read in {seconds:.1f} s.")
        with console.capture() as capture:
            console.print(_table(result, seconds))
        self.stdout.write(capture.get())


def _table(result: ImportResult, seconds: float) -> Table:
    table = Table("Import", title_justify="left")
    table.add_column("", justify="right")
    counts = {
        "orders created": result.orders,
        "  of which cancelled": result.cancelled,
        "orders already there": result.already_there,
        "lines": result.lines,
        "products created": result.products,
        "customers created": result.customers,
        "rows excluded": result.excluded,
        "rows refused": result.refused.total(),
    }
    counts |= {f"  {reason}": count for reason, count in result.refused.most_common()}
    for name, count in counts.items():
        table.add_row(name, f"{count:,}")
    table.add_row("seconds", f"{seconds:.1f}")
    return table
