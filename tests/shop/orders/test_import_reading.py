import gzip
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shop.orders.importing.columns import Refusal, Row, parse_renames
from shop.orders.importing.exceptions import ImportFailed
from shop.orders.importing.reading import open_rows

HEADER = b"order_id,product_id,quantity\n"


def rows_of(path: Path, *renames: str) -> list[Row | Refusal]:
    with open_rows(path, parse_renames(renames)) as rows:
        return list(rows)


def message_of(path: Path, *renames: str) -> str:
    with pytest.raises(ImportFailed) as failed:
        rows_of(path, *renames)
    return failed.value.message


def written(folder: Path, content: bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_csv_rows_have_their_line_and_their_cells(tmp_path):
    path = written(tmp_path, HEADER + b'1,"A, big",2\n\n2,B,3\n')
    first, second = rows_of(path)
    assert first == Row("1", "A, big", quantity="2", line=2, source=["1", "A, big", "2"])
    assert (second.line, second.order_id) == (4, "2")


def test_a_gzipped_file_has_the_same_rows(tmp_path):
    content = HEADER + b"1,A,2\n"
    plain = written(tmp_path, content)
    gzipped = written(tmp_path, gzip.compress(content), "orders.csv.gz")
    assert rows_of(gzipped) == rows_of(plain)


def test_a_byte_order_mark_and_windows_lines_are_no_part_of_the_data(tmp_path):
    [row] = rows_of(written(tmp_path, b"\xef\xbb\xbforder_id,product_id\r\n1,A\r\n"))
    assert (row.order_id, row.product_id) == ("1", "A")


def test_columns_are_found_wherever_they_are_and_by_other_names(tmp_path):
    path = written(tmp_path, b"price,country,sku,invoice\n2.5,FR,A,7\n")
    [row] = rows_of(path, "order_id=invoice", "product_id = sku", "unit_price=price")
    assert (row.order_id, row.product_id, row.unit_price, row.quantity) == ("7", "A", "2.5", 1)


def test_a_row_with_too_many_or_too_few_cells_is_refused(tmp_path):
    path = written(tmp_path, HEADER + b"1,A,2,3\n2,B\n3,C,1\n")
    reason = "the row has more or fewer cells than the header"
    long, short, right = rows_of(path)
    assert long == Refusal(2, reason, ["1", "A", "2", "3"])
    assert short == Refusal(3, reason, ["2", "B"])
    assert right.order_id == "3"


def test_progress_counts_the_bytes_as_they_are_stored(tmp_path):
    path = written(tmp_path, gzip.compress(HEADER + b"1,A,2\n" * 1000), "orders.csv.gz")
    with open_rows(path, {}) as rows:
        assert sum(1 for _ in rows) == 1000
        assert rows.position() == rows.size == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"\n\n", "a.csv", "The file is empty."),
        (
            b"id,sku\n1,A\n",
            "a.csv",
            "There is no column order_id, product_id. The columns are: id, sku. "
            "Name the ones to use with --map, such as --map order_id=id.",
        ),
        (b"order_id,product_id,order_id\n", "a.csv", "More than one column is called order_id."),
        (
            HEADER + b"1,A,2\n2,caf\xe9,1\n",
            "a.csv",
            "The file is not UTF-8: byte 40 is 0xe9. Save it as UTF-8.",
        ),
        (
            HEADER + b'1,"A,2\n2,B,1\n',
            "a.csv",
            "Line 3 is not CSV: unexpected end of data.",
        ),
        (
            b"no gzip",
            "a.csv.gz",
            "The file is not gzip, or is damaged: Not a gzipped file (b'no').",
        ),
        (gzip.compress(HEADER * 99)[:-9], "a.csv.gz", "The gzip file is cut off."),
    ],
)
def test_a_broken_csv_file_is_named(tmp_path, content, name, message):
    assert message_of(written(tmp_path, content, name)) == message


def test_a_damaged_gzip_file_is_named(tmp_path):
    whole = bytearray(gzip.compress(HEADER + b"1,A,2\n" * 1000))
    whole[-8] ^= 1  # the checksum
    message = message_of(written(tmp_path, bytes(whole), "a.csv.gz"))
    assert message.startswith("The file is not gzip, or is damaged: CRC check failed")


def test_an_endless_line_is_named(tmp_path):
    path = written(tmp_path, HEADER + b"x" * 2**21)
    assert message_of(path) == "At byte 29 begins a line longer than 1048576 bytes."


def test_a_missing_file_is_named(tmp_path):
    message = message_of(tmp_path / "nowhere.csv")
    assert message == "The file can't be opened: No such file or directory."


@pytest.mark.parametrize(
    ("renames", "message"),
    [
        (["quantity"], "--map quantity: write it as ours=theirs."),
        (["quantity="], "--map quantity=: write it as ours=theirs."),
        (
            ["qty=n"],
            "--map qty=n: 'qty' is none of order_id, product_id, ordered_at, customer_id, "
            "quantity, unit_price, product_name, category.",
        ),
        (["quantity=a", "quantity=b"], "--map quantity=b: quantity is mapped twice."),
        (
            ["quantity=qty"],
            "There is no column qty. The columns are: order_id, product_id, quantity. "
            "Name the ones to use with --map, such as --map order_id=order_id.",
        ),
    ],
)
def test_a_wrong_map_is_named(tmp_path, renames, message):
    assert message_of(written(tmp_path, HEADER + b"1,A,2\n"), *renames) == message


def test_parquet_rows_are_typed_and_null_is_not_a_missing_column(tmp_path):
    table = pa.table(
        {
            "order_id": [1, 2],
            "product_id": ["A", "B"],
            "when": pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns", "UTC")),
            "country": ["FR", "IT"],
        }
    )
    pq.write_table(table, tmp_path / "orders.parquet")
    with open_rows(tmp_path / "orders.parquet", {"ordered_at": "when"}) as rows:
        first, second = rows
        assert rows.columns == ["order_id", "product_id", "when"]
        assert rows.position() == rows.size == 2
    moment = datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)
    assert first == Row(1, "A", ordered_at=moment, line=1, source=(1, "A", moment))
    assert (second.ordered_at, second.line) == ("", 2)


def test_a_broken_parquet_file_is_named(tmp_path):
    path = written(tmp_path, b"PAR1 and nothing else PAR1", "a.parquet")
    assert message_of(path).startswith("The file is not Parquet, or is damaged: ")


def test_a_damaged_parquet_page_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    ids = [str(number) for number in range(10_000)]
    pq.write_table(pa.table({"order_id": ids, "product_id": ids}), path, compression="gzip")
    content = bytearray(path.read_bytes())
    content[100:5000] = bytes(4900)
    path.write_bytes(content)
    assert message_of(path).startswith("The file is not Parquet, or is damaged: ")


def test_a_parquet_column_of_lists_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"order_id": [1], "product_id": [["A", "B"]]}), path)
    assert message_of(path).startswith("Column product_id is of type list<")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "shop.orders.importing.parquet_file", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = written(tmp_path, b"", "a.parquet")
    assert message_of(path) == "Parquet files need pyarrow: pip install pyarrow."
