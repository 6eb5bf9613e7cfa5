from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from shop.catalog.models import Category, Product, PublicationState, Variant
from shop.customers.models import Customer
from shop.orders.importing import writing
from shop.orders.importing.columns import Refusal, Row
from shop.orders.importing.exceptions import ImportFailed, NothingUsable
from shop.orders.importing.writing import ImportOptions, ImportResult, import_rows
from shop.orders.models import Order, OrderImport, OrderLine, OrderStatus
from tests import factories

pytestmark = pytest.mark.django_db


def run(*rows: Row | Refusal, **options: Any) -> ImportResult:
    return import_rows(rows, ImportOptions(**options), name="orders.csv")


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(writing, "CHUNK", 2)


def lines_of(number: str) -> list[tuple[str, int]]:
    lines = OrderLine.objects.filter(order__number=number).order_by("pk")
    return list(lines.values_list("product_code", "quantity"))


def test_an_order_is_made_with_all_it_needs(settings):
    settings.SHOP_CURRENCY = "GBP"
    at = datetime(2025, 3, 1, 12, tzinfo=UTC)
    result = run(
        Row("1", "A", at, "17", "2", "2.50", "Lamp", "Home > Light"),
        Row("1", "B", at, "17", "1", "0.10", "Bulb"),
    )
    order = Order.objects.get()
    assert (order.number, order.status, order.currency) == ("1", OrderStatus.DELIVERED, "GBP")
    assert (order.total, order.placed_at, order.customer.external_id) == (
        Decimal("5.10"),
        at,
        "17",
    )
    assert order.updated_at is not None
    record = OrderImport.objects.get()
    assert order.imported_by == record
    assert (record.file_name, record.orders, record.lines, record.refused) == (
        "orders.csv",
        1,
        2,
        0,
    )
    assert record.finished_at >= record.started_at
    line = order.lines.get(product_code="A")
    assert (line.sku, line.name, line.unit_price, line.quantity) == (
        "A",
        "Lamp",
        Decimal("2.50"),
        2,
    )
    assert line.variant.sku == "A"
    assert result == ImportResult(rows=2, orders=1, lines=2, products=2, customers=1)


def test_without_dates_the_order_is_placed_now():
    before = timezone.now()
    run(Row("1", "A"))
    assert before <= Order.objects.get().placed_at <= timezone.now()


def test_a_missing_product_is_made_with_one_variant():
    run(Row("1", "A", unit_price="2.50", product_name="Lamp", category="Home > Light"), stock=7)
    product = Product.objects.get()
    assert (product.code, product.title, product.slug) == ("A", "Lamp", "lamp-a")
    assert product.state == PublicationState.PUBLISHED
    variant = product.variants.get()
    assert (variant.sku, variant.price, variant.stock) == ("A", Decimal("2.50"), 7)


def test_categories_are_made_once_and_found_by_path():
    home = Category.objects.add_root({"name": "Home", "slug": "home"})
    run(
        Row("1", "A", category="Home > Light"),
        Row("1", "B", category="Home>Light"),
        Row("1", "C", category="Light"),
        Row("1", "D"),
    )
    light = Product.objects.get(code="A").category
    assert light.name == "Light"
    assert Category.objects.get_parent(light) == home
    assert Product.objects.get(code="B").category == light
    other = Product.objects.get(code="C").category
    assert other.is_root()
    assert other.name == "Light"
    assert Product.objects.get(code="D").category is None
    assert Category.objects.count() == 3


def test_categories_added_out_of_order_stay_a_sound_tree():
    run(*(Row("1", path, category=path) for path in ("M > M", "B > B", "M > A", "A", "B > A")))
    tree = [(node.depth, node.name) for node in Category.objects.get_tree()]
    assert tree == [(1, "A"), (1, "B"), (2, "A"), (2, "B"), (1, "M"), (2, "A"), (2, "M")]


def test_codes_that_differ_in_case_are_different_products():
    run(
        Row("1", "85123A", product_name="Holder"),
        Row("1", "85123a", product_name="Holder"),
        Row("1", "电"),
        Row("1", "灯"),
    )
    assert sorted(Product.objects.values_list("code", flat=True)) == [
        "85123A",
        "85123a",
        "灯",
        "电",
    ]
    assert Product.objects.get(code="85123A").slug == "holder-85123a"
    assert Product.objects.get(code="电").slug == "product"
    assert lines_of("1") == [("85123A", 1), ("85123a", 1), ("电", 1), ("灯", 1)]


def test_a_product_takes_the_first_name_even_if_it_comes_later(small_chunks):
    run(
        Row("1", "A"),
        Row("1", "B"),
        Row("2", "A", product_name="Lamp"),
        Row("2", "A", product_name="Lantern"),
        Row("3", "A"),
    )
    assert Product.objects.get(code="A").title == "Lamp"
    assert Product.objects.get(code="B").title == "B"
    names = OrderLine.objects.filter(product_code="A").order_by("pk").values_list("name", flat=True)
    assert list(names) == ["A", "Lamp", "Lantern", "Lamp"]


def test_a_product_takes_the_price_of_the_newest_order_that_has_one(small_chunks):
    run(
        Row("1", "A", "2025-01-01", unit_price="1.00"),
        Row("2", "A", "2025-03-01", unit_price="3.00"),
        Row("3", "A", "2025-02-01", unit_price="2.00"),
        Row("4", "A", "2025-04-01", unit_price="0.00"),
        Row("4", "B", "2025-04-01", unit_price="0"),
    )
    assert Variant.objects.get(sku="A").price == Decimal("3.00")
    assert Variant.objects.get(sku="B").price == Decimal("0.00")


def test_existing_products_and_customers_are_left_as_they_are():
    factories.product("A", price="9.00", stock=3, title="Old lamp")
    customer = Customer.objects.create(external_id="17", name="Ann")
    result = run(Row("1", "A", customer_id="17", unit_price="1.00", product_name="Lamp"))
    variant = Variant.objects.get()
    assert (variant.price, variant.stock, variant.product.title) == (Decimal("9.00"), 3, "Old lamp")
    assert Order.objects.get().customer == customer
    assert Order.objects.get().lines.get().name == "Lamp"
    assert (result.products, result.customers) == (0, 0)


def test_a_product_with_other_skus_is_found_by_its_code_and_by_sku():
    product = factories.product("SHIRT")
    product.variants.all().delete()
    large = factories.variant(product, sku="SHIRT-L", position=1)
    small = factories.variant(product, sku="SHIRT-S", position=0)
    run(Row("1", "SHIRT"), Row("1", "SHIRT-L"))
    lines = OrderLine.objects.order_by("pk")
    assert [line.variant for line in lines] == [small, large]
    assert {line.product_code for line in lines} == {"SHIRT"}
    assert Product.objects.count() == 1


def test_a_product_without_variants_gets_none():
    factories.product("A").variants.all().delete()
    run(Row("1", "A"))
    line = OrderLine.objects.get()
    assert (line.variant, line.product_code, line.sku) == (None, "A", "A")
    assert Variant.objects.count() == 0


def test_a_product_may_repeat_in_an_order():
    run(Row("1", "A", quantity=2), Row("1", "A", quantity=3))
    assert lines_of("1") == [("A", 2), ("A", 3)]


def test_the_second_import_of_the_same_rows_changes_nothing():
    rows = [Row("1", "A", customer_id="7"), Row("2", "B"), Row("1", "C")]
    run(*rows)
    result = run(*rows, Row("1", "NEW"))
    assert result == ImportResult(rows=4, already_there=2)
    assert OrderLine.objects.count() == 3
    assert not Product.objects.filter(code="NEW").exists()


def test_an_order_that_was_there_counts_once_however_often_it_comes(small_chunks):
    factories.order(["A"])
    number = Order.objects.get().number
    result = run(*(Row(number, "A") for _ in range(5)))
    assert (result.already_there, result.orders) == (1, 0)


def test_an_order_that_comes_back_later_is_continued(small_chunks):
    result = run(
        Row("1", "A", "2025-01-01", "17", 2, "1.50"),
        Row("2", "B", "2025-01-02", "", 1, "4.00"),
        Row("3", "A", "2025-01-03", "", 1, "1.00"),
        Row("1", "B", "2025-01-09", "18", 1, "4.00"),
        Row("1", "C", "2025-01-09", "18", 1, "0.25"),
    )
    order = Order.objects.get(number="1")
    assert lines_of("1") == [("A", 2), ("B", 1), ("C", 1)]
    assert order.total == Decimal("7.25")
    assert (order.placed_at.day, order.customer.external_id) == (1, "17")
    assert Order.objects.get(number="2").total == Decimal("4.00")
    assert (result.orders, result.lines, result.customers) == (3, 5, 1)


def test_orders_with_the_prefix_are_cancelled():
    result = run(
        Row("C1", "A", quantity="-2", unit_price="1.50"), Row("2", "A"), cancelled_prefix="C"
    )
    order = Order.objects.get(number="C1")
    assert (order.status, order.total) == (OrderStatus.CANCELLED, Decimal("3.00"))
    assert lines_of("C1") == [("A", 2)]
    assert (result.orders, result.cancelled) == (2, 1)


def test_excluded_products_are_counted_and_left_out():
    result = run(
        Row("1", "A"),
        Row("1", "POST", quantity="-1"),
        Row("2", "POST"),
        exclude_products=frozenset({"POST"}),
    )
    assert (result.excluded, result.refused.total(), result.orders) == (2, 0, 1)
    assert lines_of("1") == [("A", 1)]


def test_refused_rows_do_not_stop_the_others():
    refused = []
    result = import_rows(
        [
            Row("1", "A", quantity=0, line=2, source=["1", "A", "0"]),
            Row("1", "B", line=3),
            Row("1", "", line=4, source=["1", "", ""]),
            Refusal(5, "broken", ["1"]),
        ],
        ImportOptions(),
        name="orders.csv",
        refuse=refused.append,
    )
    assert refused == [
        Refusal(2, "quantity is not above 0", ["1", "A", "0"]),
        Refusal(4, "product_id is empty", ["1", "", ""]),
        Refusal(5, "broken", ["1"]),
    ]
    assert result.refused == {
        "quantity is not above 0": 1,
        "product_id is empty": 1,
        "broken": 1,
    }
    assert lines_of("1") == [("B", 1)]
    assert OrderImport.objects.get().refused == 3


def test_a_line_that_no_total_can_hold_is_refused():
    dear = {"quantity": 100, "unit_price": "9999999999.99"}
    result = run(Row("1", "A", **dear), Row("1", "B", **dear), Row("1", "C"))
    assert result.refused == {"the order's total is above 999999999999.99": 1}
    assert lines_of("1") == [("A", 100), ("C", 1)]
    assert Order.objects.get().total == Decimal("999999999999.00")
    assert not Product.objects.filter(code="B").exists()


def test_if_all_rows_are_refused_nothing_is_left():
    with pytest.raises(NothingUsable) as failed:
        run(Row("1", "A", quantity=0), Row("", "A"), Row("2", "B", quantity=0))
    assert failed.value.message == (
        "None of the 3 rows can be used: quantity is not above 0 (2); order_id is empty (1)."
    )
    assert not OrderImport.objects.exists()


def test_no_rows_are_an_error():
    with pytest.raises(NothingUsable) as failed:
        run()
    assert failed.value.message == "There are no rows to import."
    assert not OrderImport.objects.exists()


def test_an_exception_in_the_middle_leaves_nothing(small_chunks):
    def rows() -> Iterator[Row]:
        for number in range(10):
            yield Row(str(number), "A", customer_id="7", category="Home")
        raise RuntimeError("the source broke")

    with pytest.raises(RuntimeError, match="the source broke"):
        import_rows(rows(), ImportOptions(), name="orders.csv")
    for model in (OrderImport, Order, OrderLine, Product, Variant, Customer, Category):
        assert not model.objects.exists()


def test_progress_counts_rows_chunk_by_chunk(small_chunks):
    seen = []
    import_rows(
        (Row(str(number), "A") for number in range(5)),
        ImportOptions(),
        name="orders.csv",
        progress=seen.append,
    )
    assert seen == [2, 4, 5]


def test_the_queries_of_a_chunk_do_not_grow_with_its_rows(django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        run(*(Row(str(number // 4), f"P{number % 50}", customer_id=1) for number in range(400)))


@pytest.mark.parametrize("stock", [-1, 2**31])
def test_a_stock_no_variant_can_have_is_refused(stock):
    with pytest.raises(ImportFailed, match="stock must be 0 to 2147483647"):
        ImportOptions(stock=stock)
