import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from shop.catalog.models import Variant
from shop.orders.models import Order, OrderImport, OrderLine

pytestmark = pytest.mark.django_db

ROWS = "invoice,sku,qty\n1,A,2\n1,POST,1\nC2,A,-1\n3,A,x\n"
MAPS = ("--map", "order_id=invoice", "--map", "product_id=sku", "--map", "quantity=qty")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def import_orders(*arguments: str) -> str:
    out = io.StringIO()
    call_command("import_orders", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def error_of(*arguments: str) -> str:
    with pytest.raises(CommandError) as failed:
        import_orders(*arguments)
    assert not OrderImport.objects.exists()
    assert not Order.objects.exists()
    return str(failed.value)


def counts_in(output: str) -> dict[str, str]:
    cells = [line.split("│")[1:3] for line in output.splitlines() if line.startswith("│")]
    return {name.strip(): count.strip() for name, count in cells}


def test_a_file_with_its_own_column_names_is_imported(folder):
    (folder / "a.csv").write_text(ROWS)
    output = import_orders(
        "a.csv", *MAPS, "--exclude-products", "POST,D", "--cancelled-prefix", "C", "--stock", "5"
    )
    assert output.startswith("4 rows read in ")
    counts = counts_in(output)
    del counts["seconds"]
    assert counts == {
        "orders created": "2",
        "of which cancelled": "1",
        "orders already there": "0",
        "lines": "2",
        "products created": "1",
        "customers created": "0",
        "rows excluded": "1",
        "rows refused": "1",
        "quantity is not a number": "1",
    }
    statuses = dict(Order.objects.values_list("number", "status"))
    assert statuses == {"1": "DELIVERED", "C2": "CANCELLED"}
    assert Variant.objects.get().stock == 5
    assert OrderImport.objects.get().file_name == "a.csv"


def test_refused_rows_are_written_as_they_were(folder):
    (folder / "a.csv").write_text(
        'order_id,product_id,quantity,note\n1,A,1,\n2,B,0,"so, so"\n3,C\n'
    )
    import_orders("a.csv")
    with Path("a.csv.refused.csv").open(newline="") as refused:
        assert list(csv.reader(refused)) == [
            ["line", "reason", "order_id", "product_id", "quantity", "note"],
            ["3", "quantity is not above 0", "2", "B", "0", "so, so"],
            ["4", "the row has more or fewer cells than the header", "3", "C"],
        ]


def test_refused_rows_go_where_they_are_told(folder):
    (folder / "a.csv").write_text("order_id,product_id\n1,A\n,B\n")
    import_orders("a.csv", "--refused", "bad.csv")
    assert Path("bad.csv").read_text().splitlines() == [
        "line,reason,order_id,product_id",
        "3,order_id is empty,,B",
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "bad.csv"]


def test_without_refused_rows_there_is_no_file(folder):
    (folder / "a.csv").write_text("order_id,product_id\n1,A\n")
    import_orders("a.csv")
    assert [path.name for path in folder.iterdir()] == ["a.csv"]


def test_if_all_rows_are_refused_it_fails_and_shows_them(folder):
    (folder / "a.csv").write_text("order_id,product_id\n,A\n")
    assert error_of("a.csv") == (
        "a.csv: None of the 1 rows can be used: order_id is empty (1). Nothing was imported."
    )
    assert Path("a.csv.refused.csv").exists()


def test_a_file_that_breaks_in_the_middle_leaves_nothing(folder):
    (folder / "a.csv").write_bytes(b"order_id,product_id\n,A\n1,A\n" * 1 + b"2,\xff\n")
    assert error_of("a.csv") == (
        "a.csv: The file is not UTF-8: byte 29 is 0xff. Save it as UTF-8. Nothing was imported."
    )
    assert [path.name for path in folder.iterdir()] == ["a.csv"]


def test_parquet_is_imported_like_csv(folder):
    table = pa.table({"order_id": [1, 1], "product_id": ["A", "B"], "quantity": [2, 0]})
    pq.write_table(table, folder / "a.parquet")
    import_orders("a.parquet")
    assert OrderLine.objects.get().quantity == 2
    assert Path("a.parquet.refused.csv").read_text().splitlines()[1] == (
        "2,quantity is not above 0,1,B,0"
    )


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, [], "The file can't be opened: No such file or directory."),
        ("", [], "The file is empty."),
        ("order_id,product_id\n", [], "There are no rows to import."),
        ("order_id,product_id\n1,A\n", ["--stock=-1"], "stock must be 0 to 2147483647, not -1."),
        (
            "order_id,product_id\n1,A\n",
            ["--refused", "a.csv"],
            "--refused names the file that is imported.",
        ),
        (
            "order_id,product_id\n,A\n",
            ["--refused", "nowhere/bad.csv"],
            "Refused rows can't be written to nowhere/bad.csv: No such file or directory. "
            "Name another file with --refused.",
        ),
    ],
)
def test_what_can_not_be_imported_is_an_error(folder, content, arguments, message):
    if content is not None:
        (folder / "a.csv").write_text(content)
    assert error_of("a.csv", *arguments) == f"a.csv: {message} Nothing was imported."
