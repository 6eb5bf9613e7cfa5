"""Integer and text keys, sales without a foreign key, and sizes in the table of their product."""

from datetime import UTC, date, datetime

import pytest

from recommendations.stores.base import Actor, OrderLineFact, Scope
from recommendations.stores.mapped import MappedStore
from tests.projects.plugin_only.kiosk.models import Garment, GarmentSale, Sale, Snack, SnackSize

pytestmark = pytest.mark.django_db
ANYWHERE = Scope()
SNACKS = {
    "product": {"model": "kiosk.Snack", "title": "label", "available": "stock"},
    "variant": {"model": "kiosk.SnackSize", "key": "barcode", "product": "snack"},
    "order_line": {
        "model": "kiosk.Sale",
        "order": "receipt",
        "product": "scanned",
        "buyer": "card",
        "ordered_at": "sold_on",
        "status": "is_void",
        "counts": [False, None],
    },
}
GARMENTS = {
    "product": {"model": "kiosk.Garment", "title": "name"},
    "variant": {"model": "kiosk.Garment", "product": "parent"},
    "order_line": {"model": "kiosk.GarmentSale", "order": "receipt", "product": "garment"},
    "basket_line": {"model": "kiosk.GarmentSale", "basket": "garment", "product": "garment"},
}


@pytest.fixture
def snacks(settings):
    settings.RECOMMENDATIONS = {**settings.RECOMMENDATIONS, "MAPPED": SNACKS}
    return MappedStore()


@pytest.fixture
def garments(settings):
    settings.RECOMMENDATIONS = {**settings.RECOMMENDATIONS, "MAPPED": GARMENTS}
    return MappedStore()


def sell(scanned, **fields):
    defaults = {"receipt": 7, "card": "", "sold_on": date(2026, 3, 1)}
    return Sale.objects.create(scanned=scanned, **defaults | fields)


def test_both_maps_are_clean(snacks, garments):
    assert (snacks.check(), garments.check()) == ([], [])


def test_what_was_scanned_becomes_the_product(snacks):
    nuts = Snack.objects.create(code="NUTS", label="Nuts")
    SnackSize.objects.create(barcode="8710", snack=nuts)
    for scanned in ("NUTS", "8710", "a snack of long ago", ""):
        sell(scanned)
    assert [line.product for line in snacks.order_lines(ANYWHERE)] == [
        "NUTS",
        "NUTS",
        "a snack of long ago",
    ]


def test_a_date_is_its_first_moment_and_a_receipt_is_text(snacks):
    Snack.objects.create(code="NUTS", label="Nuts")
    sell("NUTS", card="C1")
    first_moment = datetime(2026, 2, 28, 23, tzinfo=UTC)  # midnight in Amsterdam
    assert list(snacks.order_lines(ANYWHERE)) == [
        OrderLineFact("7", "NUTS", "card c1", first_moment)
    ]
    assert snacks.orders_changed_at(ANYWHERE) == first_moment


def test_no_status_at_all_may_count(snacks):
    Snack.objects.create(code="NUTS", label="Nuts")
    for receipt, is_void in enumerate([False, None, True]):
        sell("NUTS", receipt=receipt, is_void=is_void)
    assert [line.order for line in snacks.order_lines(ANYWHERE)] == ["0", "1"]
    assert snacks.count_order_lines(ANYWHERE) == 2


def test_a_stock_above_nothing_is_for_sale(snacks):
    for code, stock in {"A": 3, "B": 0, "C": -1}.items():
        Snack.objects.create(code=code, label=code, stock=stock)
    offers = snacks.offers(["A", "B", "C", "D"], Actor(), ANYWHERE)
    assert {key: offer.available for key, offer in offers.items()} == {
        "A": True,
        "B": False,
        "C": False,
    }


def margin_of(snack):
    return None if snack.code == "GIFT" else 0.25


def test_a_margin_is_told_where_the_map_says_how(snacks, settings):
    for code in ("NUTS", "GIFT"):
        Snack.objects.create(code=code, label=code, stock=1)
    assert not snacks.offer_facts(ANYWHERE).margin
    product = SNACKS["product"] | {"margin": f"{__name__}.margin_of"}
    settings.RECOMMENDATIONS |= {"MAPPED": SNACKS | {"product": product}}
    store = MappedStore()
    assert store.check() == []
    assert store.offer_facts(ANYWHERE).margin
    offers = store.offers(["NUTS", "GIFT"], Actor(), ANYWHERE)
    assert {key: offer.margin for key, offer in offers.items()} == {"NUTS": 0.25, "GIFT": None}


def test_integer_keys_are_text_outside_and_other_text_is_unknown(garments):
    shirt = Garment.objects.create(name="Shirt")
    key = str(shirt.pk)
    asked = [key, "shirt", "1.5", "9" * 40, "-1", ""]
    assert garments.canonical_keys(asked, ANYWHERE) == {key: key}
    assert set(garments.offers(asked, Actor(), ANYWHERE)) == {key}


def test_a_size_stands_for_the_garment_it_is_a_size_of(garments):
    shirt = Garment.objects.create(name="Shirt")
    large = Garment.objects.create(name="Large", parent=shirt)
    for receipt, garment in enumerate([shirt, large]):
        GarmentSale.objects.create(receipt=receipt, garment=garment)
    key = str(shirt.pk)
    assert [line.product for line in garments.order_lines(ANYWHERE)] == [key, key]
    assert garments.canonical_keys([key, str(large.pk)], ANYWHERE) == {key: key, str(large.pk): key}
    assert [doc.title for doc in garments.products(ANYWHERE)] == ["Shirt"]
