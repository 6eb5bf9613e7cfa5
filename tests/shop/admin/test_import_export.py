"""Products out of admin as CSV and back in, as a person does it: upload, preview, confirm."""

import csv
import io
import tempfile
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shop.catalog.models import Category, Product, Variant
from tests import factories
from tests.shop.admin.pages import messages
from tests.shop.admin.rows import category

pytestmark = pytest.mark.django_db

HEADER = "code,title,description,category,state,sku,options,price,stock"
IMPORT = "admin:catalog_product_import"


@pytest.fixture(autouse=True)
def uploads(tmp_path, monkeypatch):
    """Where the file waits between preview and confirmation."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def preview(client, *lines, header=HEADER):
    return upload(client, "\n".join([header, *lines]).encode())


def upload(client, content):
    file = SimpleUploadedFile("products.csv", content)
    return client.post(reverse(IMPORT), {"format": "0", "import_file": file})


def confirm(client, page):
    data = page.context["confirm_form"].initial
    return client.post(reverse("admin:catalog_product_process_import"), data, follow=True)


def export(client, **query):
    url = reverse("admin:catalog_product_export", query=query)
    return client.post(url, {"format": "0", "resource": "0"}).content


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def outcomes(page):
    return [row.import_type for row in page.context["result"].rows]


def problems(page):
    return [
        (row.number, column, message)
        for row in page.context["result"].invalid_rows
        for column, found in row.error_dict.items()
        for message in found
    ]


def test_export_has_one_row_a_variant(admin_client):
    fruit = category("Fruit", category("Food"))
    tea = factories.product("TEA", title="Tea", price="3.50", stock=4, category=fruit)
    factories.variant(tea, sku="TEA-L", price="6.00", stock=0, options={"size": "L"}, position=1)

    assert rows(export(admin_client)) == [
        HEADER.split(","),
        ["TEA", "Tea", "", "Food > Fruit", "PUBLISHED", "TEA", "{}", "3.50", "4"],
        ["TEA", "Tea", "", "Food > Fruit", "PUBLISHED", "TEA-L", '{"size": "L"}', "6.00", "0"],
    ]


def test_export_keeps_to_search_and_filters_of_the_list(admin_client):
    factories.product("TEA")
    factories.product("TEA-DRAFT", state="DRAFT")
    factories.product("COFFEE")

    exported = rows(export(admin_client, q="TEA", state__exact="PUBLISHED"))

    assert [row[0] for row in exported[1:]] == ["TEA"]


def test_export_page_says_which_products_have_no_row(admin_client):
    factories.product().variants.all().delete()

    page = admin_client.get(reverse("admin:catalog_product_export"))

    assert messages(page) == ["1 without a variant: the file has one row a variant, so not these."]


def test_export_takes_as_many_queries_for_12_products_as_for_2(admin_client):
    def queries_for(products):
        while Product.objects.count() < products:
            factories.product(category=category(f"Category {Category.objects.count()}"))
        with CaptureQueriesContext(connection) as captured:
            assert len(rows(export(admin_client))) == products + 1
        return len(captured)

    assert queries_for(2) == queries_for(12)


def test_import_makes_products_variants_and_categories(admin_client):
    page = preview(
        admin_client,
        'TEA,Green tea,From Uji,Food > Drinks,PUBLISHED,TEA-S,"{""size"": ""S""}",3.50,4',
        'TEA,Green tea,From Uji,Food > Drinks,PUBLISHED,TEA-L,"{""size"": ""L""}",6.00,0',
    )
    assert outcomes(page) == ["new", "new"]
    confirm(admin_client, page)

    tea = Product.objects.get()
    assert (tea.code, tea.title, tea.slug, tea.description, tea.state) == (
        "TEA",
        "Green tea",
        "green-tea",
        "From Uji",
        "PUBLISHED",
    )
    assert [(node.depth, node.name) for node in Category.objects.order_by("path")] == [
        (1, "Food"),
        (2, "Drinks"),
    ]
    assert tea.category.name == "Drinks"
    assert list(tea.variants.values_list("sku", "options", "price", "stock")) == [
        ("TEA-S", {"size": "S"}, Decimal("3.50"), 4),
        ("TEA-L", {"size": "L"}, Decimal("6.00"), 0),
    ]


def test_preview_changes_nothing(admin_client):
    factories.product("OLD", price="10.00")

    preview(
        admin_client,
        "OLD,Product OLD,,New category,PUBLISHED,OLD,{},9.00,10",
        "NEW,New,,,DRAFT,NEW,{},1.00,1",
    )

    assert (Product.objects.count(), Category.objects.count()) == (1, 0)
    assert Variant.objects.get().price == Decimal("10.00")


def test_import_changes_what_differs_and_says_so(admin_client):
    factories.product("TEA", title="Tea", price="10.00", stock=5)
    factories.product("OIL", title="Oil", price="20.00", stock=5)

    page = preview(
        admin_client,
        "TEA,Tea,,,PUBLISHED,TEA,{},12.00,5",
        "OIL,Oil,,,PUBLISHED,OIL,{},20.0,5",
    )
    after = confirm(admin_client, page)

    assert outcomes(page) == ["update", "skip"]
    assert Variant.objects.get(sku="TEA").price == Decimal("12.00")
    assert messages(after) == [
        "Import finished: 0 new, 1 updated, 0 deleted and 1 skipped products."
    ]
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["Tea"]


def test_change_of_a_product_column_counts_once(admin_client):
    tea = factories.product("TEA", title="Tea")
    factories.variant(tea, sku="TEA-L", price="10.00", stock=10)

    page = preview(admin_client, "TEA,Fine tea,TEA", "TEA,Fine tea,TEA-L", header="code,title,sku")
    confirm(admin_client, page)

    tea.refresh_from_db()
    assert outcomes(page) == ["update", "skip"]
    assert tea.title == "Fine tea"


def test_absent_columns_stay_as_they_are(admin_client):
    tea = factories.product("TEA", price="10.00", stock=5, description="Green")

    page = preview(admin_client, "TEA,TEA,12.00", header="code,sku,price")
    Variant.objects.update(stock=3)  # sold between preview and confirmation
    confirm(admin_client, page)

    tea.refresh_from_db()
    assert tea.description == "Green"
    assert list(tea.variants.values_list("price", "stock")) == [(Decimal("12.00"), 3)]


def test_reimport_of_an_export_changes_nothing(admin_client):
    food = category("Food")
    odd = {
        "title": ' "Tea", 5 o\'clock; = 1+1 ',
        "description": "First line\r\nsecond\nthird, “quoted” – ünïcödé ",
        "category": category("Fruit > dried", food),
    }
    first = factories.product("A", price="0.00", stock=0, **odd)
    factories.variant(first, sku="A-L", options={"size": "L", "eu": 40, "colour": "größer"})
    for number, text in enumerate(["=1+1", "+1", "-1", "@sum", "'quoted", "'=1", "''=1", "\t=1"]):
        factories.product(f"F{number}", title=text, description=text)
    factories.product("TWIN", category=category("Twin"))
    Category.objects.add_root(instance=Category(name="Twin", slug="twin-2"))
    before = list(Product.objects.order_by("pk").values())

    page = upload(admin_client, export(admin_client))
    confirm(admin_client, page)

    assert outcomes(page) == ["skip"] * 11
    assert list(Product.objects.order_by("pk").values()) == before


FORMULAS = ["=1+1", "+1", "-1", "@sum(A1)", "\t=1", "'=1", "＝1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_exported_text_is_no_formula(admin_client, text):
    factories.product("TEA", title=text)

    assert rows(export(admin_client))[1][1] == f"'{text}"


@pytest.mark.parametrize("text", [*FORMULAS, "'quoted'", "5 > 4"])
def test_exported_text_comes_back_as_it_was(admin_client, text):
    factories.product("TEA", title=text, description=text)
    exported = export(admin_client)
    Product.objects.update(title="x", description="y")

    confirm(admin_client, upload(admin_client, exported))

    assert Product.objects.values_list("title", "description").get() == (text.strip(), text.strip())


def test_ordinary_cells_are_exported_as_they_are(admin_client):
    factories.product("TEA", title="It's 5 - 1 = 4", price="3.50")

    assert rows(export(admin_client))[1][:2] == ["TEA", "It's 5 - 1 = 4"]


STATES = "Use one of: DRAFT, PUBLISHED, ARCHIVED."


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (",Tea,,,DRAFT,TEA,{},1.00,1", "code", "This field is required."),
        ("TEA,,,,DRAFT,TEA,{},1.00,1", "title", "This field is required."),
        ("TEA,Tea,,,DRAFT,,{},1.00,1", "sku", "This field is required."),
        ("TEA,Tea,,,SOLD,TEA,{},1.00,1", "state", f"“SOLD” is no state. {STATES}"),
        ("TEA,Tea,,,,TEA,{},1.00,1", "state", STATES),
        ("TEA,Tea,,Food > > Fruit,DRAFT,TEA,{},1.00,1", "category", "Write names with “ > ”"),
        ("TEA,Tea,,,DRAFT,TEA,{,1.00,1", "options", "Enter a valid JSON."),
        ("TEA,Tea,,,DRAFT,TEA,[],1.00,1", "options", "Write a JSON object of names and texts"),
        ("TEA,Tea,,,DRAFT,TEA,{},-0.01,1", "price", "greater than or equal to 0"),
        ("TEA,Tea,,,DRAFT,TEA,{},1.005,1", "price", "no more than 2 decimal places"),
        ("TEA,Tea,,,DRAFT,TEA,{},free,1", "price", "Enter a number."),
        ("TEA,Tea,,,DRAFT,TEA,{},NaN,1", "price", "Enter a number."),
        ("TEA,Tea,,,DRAFT,TEA,{},,1", "price", "This field is required."),
        ("TEA,Tea,,,DRAFT,TEA,{},1.00,-1", "stock", "greater than or equal to 0"),
        ("TEA,Tea,,,DRAFT,TEA,{},1.00,1.5", "stock", "Enter a whole number."),
        ("TEA,Tea,,,DRAFT,TEA,{},1.00,99999999999999999999", "stock", "less than or equal to"),
        (f"{'T' * 65},Tea,,,DRAFT,TEA,{{}},1.00,1", "code", "at most 64 characters (it has 65)"),
        ("TEA,a\0b,,,DRAFT,TEA,{},1.00,1", "title", "Null characters are not allowed."),
        (f"TEA,Tea,,{'c' * 121},DRAFT,TEA,{{}},1.00,1", "category", "at most 120 characters"),
    ],
)
def test_wrong_cell_is_named_and_keeps_the_whole_file_out(admin_client, line, column, message):
    page = preview(admin_client, "FINE,Fine,,New,DRAFT,FINE,{},1.00,1", line)

    [(number, named, text)] = problems(page)
    assert (number, named) == (2, column)
    assert message in text
    assert f"Row 2, {column}: " in page.content.decode()
    assert "confirm_form" not in page.context
    assert (Product.objects.count(), Category.objects.count()) == (0, 0)


def test_every_wrong_cell_of_a_row_is_named(admin_client):
    page = preview(admin_client, "TEA,,,,SOLD,TEA,[],-1,-1")

    assert [column for _, column, _ in problems(page)] == [
        "title",
        "state",
        "options",
        "price",
        "stock",
    ]


def test_sku_of_another_product_is_refused(admin_client):
    factories.product("TEA")

    page = preview(admin_client, "OIL,Oil,,,DRAFT,TEA,{},1.00,1")

    assert problems(page) == [(1, "sku", "TEA belongs to product TEA, not to OIL.")]


def test_sku_that_comes_twice_is_refused(admin_client):
    line = "TEA,Tea,,,DRAFT,TEA,{},1.00,1"

    assert problems(preview(admin_client, line, line)) == [(2, "sku", "TEA is in row 1 already.")]


def test_rows_of_a_product_that_contradict_each_other_are_refused(admin_client):
    page = preview(
        admin_client,
        "TEA,Tea,,,DRAFT,TEA-S,{},1.00,1",
        "TEA,Fine tea,,,DRAFT,TEA-L,{},1.00,1",
    )

    assert problems(page) == [(2, "title", "Row 1 has “Tea” for the same product TEA.")]


def test_new_variant_needs_a_price_and_new_product_a_title(admin_client):
    page = preview(admin_client, "TEA,TEA", header="code,sku")

    assert problems(page) == [
        (1, "title", "This field is required."),
        (1, "price", "This field is required."),
    ]


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("code,sku,prise", "unknown column “prise”"),
        ("code,price", "missing column “sku”"),
        ("sku,price", "missing column “code”"),
        ("code,sku,sku", "repeated column “sku”"),
        ("code;sku;price", "unknown column “code;sku;price”; missing column “code”"),
    ],
)
def test_wrong_header_is_refused_and_the_right_one_named(admin_client, header, problem):
    page = preview(admin_client, ",".join("1" for _ in header.split(",")), header=header)

    html = page.content.decode()
    assert problem in html
    assert f"The columns are: {HEADER.replace(',', ', ')}." in html
    assert "Traceback" not in html
    assert "confirm_form" not in page.context


@pytest.mark.parametrize(
    "content",
    [b"", b"code,sku\n", b"\xff\xfe\x00c", b"code,sku\nTEA,TEA,one too many\n"],
    ids=["empty", "no rows", "not UTF-8", "ragged"],
)
def test_file_that_cannot_be_read_is_refused(admin_client, content):
    page = upload(admin_client, content)

    assert page.context["form"].errors.keys() == {"import_file"}


def test_what_became_wrong_since_the_preview_keeps_the_whole_file_out(admin_client):
    page = preview(
        admin_client,
        "OIL,Oil,,New,DRAFT,OIL,{},1.00,1",
        "TEA,Tea,,,DRAFT,TEA,{},1.00,1",
    )
    factories.variant(factories.product("OTHER"), sku="TEA")

    after = confirm(admin_client, page)

    assert messages(after) == [
        "Nothing was imported: row 2: {'sku': ['TEA belongs to product OTHER, not to TEA.']}"
    ]
    assert list(Product.objects.values_list("code", flat=True)) == ["OTHER"]
    assert not Category.objects.exists()
    assert not LogEntry.objects.exists()


def test_confirming_twice_imports_once(admin_client):
    page = preview(admin_client, "TEA,Tea,,,DRAFT,TEA,{},1.00,1")
    confirm(admin_client, page)

    again = confirm(admin_client, page)

    assert messages(again) == [
        "This file was imported or removed already. Upload it again to import it."
    ]
    assert Product.objects.count() == 1


def test_slugs_stay_unique(admin_client):
    factories.product("OLD", slug="tea")

    page = preview(
        admin_client,
        "A,Tea,,,DRAFT,A,{},1.00,1",
        "B,Tea,,,DRAFT,B,{},1.00,1",
        "C,茶,,,DRAFT,C,{},1.00,1",
    )
    confirm(admin_client, page)

    assert dict(Product.objects.values_list("code", "slug")) == {
        "OLD": "tea",
        "A": "tea-2",
        "B": "tea-3",
        "C": "product",
    }


def test_categories_of_the_same_name_below_different_parents(admin_client):
    page = preview(
        admin_client,
        "A,A,,Food > Kids,DRAFT,A,{},1.00,1",
        "B,B,,Toys > Kids,DRAFT,B,{},1.00,1",
        "C,C,,Food>Kids,DRAFT,C,{},1.00,1",
        "D,D,,Food,DRAFT,D,{},1.00,1",
    )
    confirm(admin_client, page)

    parents = {
        code: [node.name for node in Category.objects.get_ancestors(product.category)]
        for code, product in Product.objects.in_bulk(field_name="code").items()
    }
    assert parents == {"A": ["Food"], "B": ["Toys"], "C": ["Food"], "D": []}
    assert Category.objects.count() == 4
