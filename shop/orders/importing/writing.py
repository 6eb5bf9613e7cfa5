"""Rows → database: one transaction, in chunks, so that memory does not grow with the file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.db import reset_queries, transaction
from django.utils import timezone

from shop.customers.models import Customer
from shop.orders.importing.bulk import LineValues, check_keys_at_once, insert_lines, update_amounts
from shop.orders.importing.catalogue import Article, Catalogue
from shop.orders.importing.columns import Refusal, Row
from shop.orders.importing.exceptions import ImportFailed, NothingUsable, RowRefused
from shop.orders.importing.lookups import lookup
from shop.orders.importing.values import MAX_QUANTITY, Line, code, to_line
from shop.orders.models import Order, OrderImport, OrderStatus

CHUNK = 5_000
TOTAL = Order._meta.get_field("total")
MAX_TOTAL = Decimal("999999999999.99")
MAX_FILE_NAME = 255


@dataclass(frozen=True)
class ImportOptions:
    """`stock` is what a product gets that the import makes."""

    exclude_products: frozenset[str] = frozenset()
    cancelled_prefix: str = ""
    stock: int = 100

    def __post_init__(self) -> None:
        if not 0 <= self.stock <= MAX_QUANTITY:
            raise ImportFailed(f"stock must be 0 to {MAX_QUANTITY}, not {self.stock}.", ["stock"])


@dataclass
class ImportResult:
    """What an import did. `cancelled` are among `orders`; `refused` counts rows by reason."""

    rows: int = 0
    orders: int = 0
    already_there: int = 0
    cancelled: int = 0
    lines: int = 0
    products: int = 0
    customers: int = 0
    excluded: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def import_rows(
    rows: Iterable[Row | Refusal],
    options: ImportOptions,
    *,
    name: str,
    refuse: Callable[[Refusal], None] = lambda refusal: None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:
    """Imports order lines, all or nothing; `name` says in the record where they came from.

    An order that was there before is left as it is. `refuse` gets each row that can't be used,
    `progress` the number of rows so far. Raises `ImportFailed` where no row can be used.
    """
    remaining = iter(rows)
    with transaction.atomic():
        check_keys_at_once()
        record = OrderImport.objects.create(file_name=name[:MAX_FILE_NAME])
        run = _Run(record, options, refuse)
        while chunk := list(islice(remaining, CHUNK)):
            run.add(chunk)
            progress(run.result.rows)
            reset_queries()  # with DEBUG on, Django keeps the text of 9,000 queries
        run.finish()
    return run.result


class BegunOrder(NamedTuple):
    pk: int
    total: Decimal


class _Run:
    def __init__(
        self, record: OrderImport, options: ImportOptions, refuse: Callable[[Refusal], None]
    ) -> None:
        self.record = record
        self.options = options
        self.result = ImportResult()
        self._report = refuse
        self._catalogue = Catalogue(options.stock)
        # Bits by primary key, 1024 to an integer: counts orders once without keeping their ids.
        self._there: defaultdict[int, int] = defaultdict(int)

    def add(self, rows: list[Row | Refusal]) -> None:
        """Writes the next rows of the import."""
        self.result.rows += len(rows)
        lines = list(self._usable(rows))
        begun, there = self._known_orders({line.order_id for line in lines})
        totals = {number: order.total for number, order in begun.items()}
        lines = list(self._totalled((line for line in lines if line.order_id not in there), totals))
        if not lines:
            return
        articles = self._catalogue.articles(lines)
        self._continue(begun, totals)
        self._create([line for line in lines if line.order_id not in begun], totals)
        orders = dict(lookup(Order.objects.order_by(), "number", totals, "number", "pk"))
        insert_lines(
            [_values(line, orders[line.order_id], articles[line.product_id]) for line in lines]
        )
        self.result.lines += len(lines)

    def finish(self) -> None:
        """Writes what only the whole import knows."""
        result = self.result
        refused = result.refused.total()
        if not result.rows:
            raise NothingUsable("There are no rows to import.")
        if refused and refused + result.excluded == result.rows:
            reasons = "; ".join(f"{reason} ({n})" for reason, n in result.refused.most_common())
            raise NothingUsable(f"None of the {result.rows} rows can be used: {reasons}.")
        self._catalogue.write_prices()
        result.products = self._catalogue.created
        result.already_there = sum(bits.bit_count() for bits in self._there.values())
        self.record.orders = result.orders
        self.record.lines = result.lines
        self.record.refused = refused
        self.record.finished_at = timezone.now()
        self.record.save()

    def _usable(self, rows: list[Row | Refusal]) -> Iterator[Line]:
        excluded = self.options.exclude_products
        prefix = self.options.cancelled_prefix
        now = self.record.started_at
        for row in rows:
            if isinstance(row, Refusal):
                self._refuse(row)
                continue
            try:
                product_id = code("product_id", row.product_id)
                if product_id in excluded:
                    self.result.excluded += 1
                else:
                    yield to_line(row, product_id, prefix, now)
            except RowRefused as refused:
                self._refuse(Refusal(row.line, str(refused), row.source))

    def _refuse(self, refusal: Refusal) -> None:
        self.result.refused[refusal.reason] += 1
        self._report(refusal)

    def _known_orders(self, numbers: set[str]) -> tuple[dict[str, BegunOrder], set[str]]:
        """The orders this import has begun, and the numbers of those that were there before."""
        begun: dict[str, BegunOrder] = {}
        there: set[str] = set()
        found = lookup(
            Order.objects.order_by(), "number", numbers, "number", "pk", "total", "imported_by_id"
        )
        for number, pk, total, imported_by in found:
            if imported_by == self.record.pk:
                begun[number] = BegunOrder(pk, total)
            else:
                there.add(number)
                self._there[pk >> 10] |= 1 << (pk & 1023)
        return begun, there

    def _totalled(self, lines: Iterable[Line], totals: dict[str, Decimal]) -> Iterator[Line]:
        """Adds the lines up by order; a line that no total can hold is refused."""
        for line in lines:
            total = totals.get(line.order_id, 0) + line.quantity * line.unit_price
            if total > MAX_TOTAL:
                row = line.row
                self._refuse(
                    Refusal(row.line, f"the order's total is above {MAX_TOTAL}", row.source)
                )
                continue
            totals[line.order_id] = total
            yield line

    def _continue(self, begun: dict[str, BegunOrder], totals: dict[str, Decimal]) -> None:
        update_amounts(TOTAL, [(totals[number], order.pk) for number, order in begun.items()])

    def _create(self, lines: Iterable[Line], totals: dict[str, Decimal]) -> None:
        """Makes the orders these are lines of. The first line has the date and the customer."""
        first: dict[str, Line] = {}
        for line in lines:
            first.setdefault(line.order_id, line)
        customers = self._customers({line.customer_id for line in first.values()} - {""})
        Order.objects.bulk_create(
            Order(
                number=line.order_id,
                customer_id=customers.get(line.customer_id),
                status=OrderStatus.CANCELLED if line.cancelled else OrderStatus.DELIVERED,
                currency=settings.SHOP_CURRENCY,
                total=totals[line.order_id],
                placed_at=line.placed_at,
                imported_by=self.record,
            )
            for line in first.values()
        )
        self.result.orders += len(first)
        self.result.cancelled += sum(line.cancelled for line in first.values())

    def _customers(self, ids: set[str]) -> dict[str, int]:
        """The keys of customers by their external id; those that are missing are made."""
        customers = Customer.objects.order_by()
        found = dict(lookup(customers, "external_id", ids, "external_id", "pk"))
        missing = ids - found.keys()
        Customer.objects.bulk_create(Customer(external_id=external_id) for external_id in missing)
        self.result.customers += len(missing)
        return found | dict(lookup(customers, "external_id", missing, "external_id", "pk"))


def _values(line: Line, order_pk: int, article: Article) -> LineValues:
    return LineValues(
        order_pk,
        article.variant_pk,
        article.code,
        article.sku or article.code,
        line.product_name or article.title,
        line.unit_price,
        line.quantity,
    )
