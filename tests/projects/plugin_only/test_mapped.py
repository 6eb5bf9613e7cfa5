"""UUID keys, variants, guests, scopes and functions, on the toy store."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from recommendations.exceptions import ConfigurationError, InvalidArgument
from recommendations.stores import querying
from recommendations.stores.base import Actor, Offer, ProductDoc, Scope
from recommendations.stores.mapped import MappedStore
from recommendations.testing import NOON
from tests.projects.plugin_only import toys
from tests.projects.plugin_only.test_map_checks import change
from tests.projects.plugin_only.toystore.models import (
    Maker,
    Purchase,
    PurchaseLine,
    Shopper,
    Tag,
    Toy,
    ToyColour,
    WishList,
)

pytestmark = pytest.mark.django_db
ANYWHERE = Scope()


@pytest.fixture
def store():
    return MappedStore()


def toy(name="Train", **fields):
    made = Toy.objects.create(name=name, **fields)
    made.colours.create(sku=f"{name}-red")
    return made


def purchase(*bought, **fields):
    made = Purchase.objects.create(**{"placed_at": NOON} | fields)
    for one in bought:
        made.lines.create(colour=one.colours.first())
    return made


def test_a_product_is_described_by_all_its_paths(store, django_assert_num_queries):
    train = toy(story="Goes far.", maker=Maker.objects.create(name="Rail"), age=3, price="9.50")
    train.tags.add(Tag.objects.create(name="wood"))
    train.department = toys.department(["Toys", "Trains"])
    train.save()
    plain = toy("Plain")
    with django_assert_num_queries(5):  # toys, their departments, makers and tags; the tree
        docs = {doc.key: doc for doc in store.products(ANYWHERE)}
    assert docs == {
        str(train.pk): ProductDoc(
            key=str(train.pk),
            title="Train",
            description="Goes far.",
            categories=("Toys", "Trains", "Rail", "wood"),
            category_keys=(str(train.department.inside.pk), str(train.department.pk)),
            attributes={"age": "3"},
            price=9.5,
        ),
        str(plain.pk): ProductDoc(key=str(plain.pk), title="Plain"),
    }


def test_ratings_and_returns_come_from_fields_and_functions(settings):
    functions = "tests.projects.plugin_only.toys"
    change(settings, {"product.rating": "age", "product.returns": f"{functions}.times_sent_back"})
    toy(age=3)
    toy("Plain")
    found = {
        doc.title: (doc.rating, doc.ratings, doc.returns)
        for doc in MappedStore().products(ANYWHERE)
    }
    assert found == {"Train": (3.0, 0, 5), "Plain": (None, 0, 5)}


class TestCategories:
    def test_an_offer_has_them_from_the_top_down(self, store, django_assert_num_queries):
        for number in range(9):
            toy(f"Train {number}", department=toys.department(["Toys", "Trains"]))
        keys = [str(one.pk) for one in Toy.objects.all()]
        for asked in (keys[:1], keys):
            with django_assert_num_queries(4):  # toys, their departments and tags, the tree
                offers = store.offers(asked, Actor(), ANYWHERE)
        names = store.categories(ANYWHERE)
        assert list(names.values()) == ["Toys", "Toys > Trains"]
        assert {offer.category_keys for offer in offers.values()} == {tuple(names)}
        assert {offer.category for offer in offers.values()} == {"Trains"}

    def test_without_parents_each_stands_alone(self, settings):
        change(settings, {"category.parent": None, "category.key": "name"})
        toy(department=toys.department(["Toys", "Trains"]))
        (doc,) = MappedStore().products(ANYWHERE)
        assert doc.category_keys == ("Trains",)

    def test_many_to_many_and_a_function_lead_to_categories_too(self, settings):
        wood, train = Tag.objects.create(name="wood"), toy()
        train.tags.add(wood)
        tags = {"model": "toystore.Tag", "name": "name"}
        change(settings, {"category": tags, "product.categories": "tags"})
        assert [doc.category_keys for doc in MappedStore().products(ANYWHERE)] == [(str(wood.pk),)]
        function = "tests.projects.plugin_only.test_mapped.tags_and_a_word"
        change(settings, {"product.categories": function})
        (doc,) = MappedStore().products(ANYWHERE)
        assert (doc.category_keys, doc.categories) == ((str(wood.pk),), ("wood", "toys"))
        assert MappedStore().offers([doc.key], Actor(), ANYWHERE)[doc.key].category == "wood"

    def test_categories_that_are_in_one_another_end(self, store):
        inner = toys.department(["Toys", "Trains"])
        inner.inside.inside = inner
        inner.inside.save()
        toy(department=inner)
        (doc,) = store.products(ANYWHERE)
        assert doc.categories == ("Toys", "Trains")


def tags_and_a_word(one):
    return [*one.tags.all(), "toys"]


def test_lines_name_the_product_of_the_variant_bought(store):
    train = toy()
    shopper = Shopper.objects.create(username="ann")
    made = purchase(train, shopper=shopper)
    (line,) = store.order_lines(ANYWHERE)
    assert line == (str(made.pk), str(train.pk), f"purchase__shopper {shopper.pk}", NOON)


def test_guests_are_told_apart_by_e_mail_or_not_at_all(store):
    train = toy()
    for email in ("Ann@example.com", "ann@example.com", ""):
        purchase(train, email=email)
    buyers = sorted(str(line.buyer) for line in store.order_lines(ANYWHERE))
    assert buyers == ["None", *["purchase__email ann@example.com"] * 2]


def test_a_line_whose_product_is_gone_says_nothing(store):
    train = toy()
    purchase(train, toy("Doll"))
    train.delete()
    assert len(list(store.order_lines(ANYWHERE))) == 1


def test_reading_goes_by_ranges_of_uuid_keys(store, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(querying, "ROWS_A_QUERY", 4)
    train = toy()
    expected = {str(purchase(train).pk) for _ in range(10)}
    with django_assert_num_queries(3):  # 4 + 4 + 2
        found = [line.order for line in store.order_lines(ANYWHERE)]
    assert len(found) == 10
    assert set(found) == expected


def test_the_last_change_comes_from_the_orders_alone(store, django_assert_num_queries):
    purchase()
    newest = purchase(toy(), placed_at=NOON - timedelta(days=9))
    with django_assert_num_queries(1) as captured:
        assert store.orders_changed_at(ANYWHERE) == newest.changed_at
    assert "purchaseline" not in captured[0]["sql"].lower()


def changed(store, since):
    return {one.order: len(one.lines) for one in store.changed_orders(ANYWHERE, since)}


def test_changed_orders_come_with_the_lines_that_count(store):
    train = toy()
    old, new = (purchase(train, toy(name), placed_at=NOON) for name in ("Doll", "Ball"))
    Purchase.objects.filter(pk=old.pk).update(changed_at=NOON)
    assert changed(store, NOON + timedelta(days=1)) == {str(new.pk): 2}
    new.state = "refunded"
    new.save()
    assert changed(store, NOON) == {str(old.pk): 2, str(new.pk): 0}


def test_without_a_time_of_change_only_new_orders_are_found(settings):
    change(settings, {"order_line.changed_at": None})
    purchase(toy(), placed_at=NOON)
    new = purchase(toy("Doll"), placed_at=NOON + timedelta(days=2))
    assert changed(MappedStore(), NOON + timedelta(days=1)) == {str(new.pk): 1}
    change(settings, {"order_line.ordered_at": None})
    assert changed(MappedStore(), NOON) == {}


def test_orders_without_a_time_of_change_have_their_own(settings):
    change(settings, {"order_line.changed_at": None})
    purchase(toy(), placed_at=NOON)
    assert MappedStore().orders_changed_at(ANYWHERE) == NOON
    change(settings, {"order_line.ordered_at": None})
    assert MappedStore().orders_changed_at(ANYWHERE) is None
    assert [line.ordered_at for line in MappedStore().order_lines(ANYWHERE)] == [None]


def test_keys_of_products_and_of_variants_are_canonical(store):
    train = toy()
    key = str(train.pk)
    written_otherwise = train.pk.hex.upper()
    assert store.canonical_keys([key, "Train-red", written_otherwise, "train"], ANYWHERE) == {
        key: key,
        "Train-red": key,
        written_otherwise: key,
    }
    assert store.canonical_keys(["with \x00 in it"], ANYWHERE) == {}


def test_what_is_for_sale_depends_on_who_asks(store, rf):
    wine = toy("Wine", for_grown_ups=True)
    sold_out = toy("Ball", is_sold=False)
    keys = [str(wine.pk), str(sold_out.pk)]
    request = rf.get("/")
    request.user = AnonymousUser()
    guest = store.offers(keys, Actor(request=request), ANYWHERE)
    assert guest[keys[0]] == Offer(keys[0], "Wine", available=False)
    request.user = Shopper.objects.create(username="ann")
    known = store.offers(keys, Actor(request=request), ANYWHERE)
    assert [known[key].available for key in keys] == [True, False]


class TestScopes:
    """One store in two countries, each of which learns from its own orders."""

    @pytest.fixture
    def store(self, settings):
        change(settings, {"order_line.scope": "purchase__country", "product.scope": "maker__name"})
        mapped = settings.RECOMMENDATIONS["MAPPED"] | {"scopes": {"nl": "nl", "be": "be"}}
        settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {
            "MAPPED": mapped,
            "SCOPES": ("nl", "be"),
        }
        return MappedStore()

    def test_each_has_its_orders_products_and_changes(self, store):
        dutch = toy("Klomp", maker=Maker.objects.create(name="nl"))
        belgian = toy("Friet", maker=Maker.objects.create(name="be"))
        purchase(dutch, country="nl")
        later = purchase(belgian, country="be")
        nl, be = Scope("nl"), Scope("be")
        assert [line.product for line in store.order_lines(nl)] == [str(dutch.pk)]
        assert [line.product for line in store.order_lines(be)] == [str(belgian.pk)]
        assert store.count_order_lines(nl) == 1
        assert store.orders_changed_at(nl) < store.orders_changed_at(be) == later.changed_at
        assert [doc.title for doc in store.products(be)] == ["Friet"]
        assert set(store.offers([str(dutch.pk), str(belgian.pk)], Actor(), nl)) == {str(dutch.pk)}
        assert store.canonical_keys(["Klomp-red", "Friet-red"], be) == {
            "Friet-red": str(belgian.pk)
        }


class TestObjectsOfTheHost:
    def test_a_product_a_variant_and_a_basket_stand_for_keys(self, store):
        train, doll = toy(), toy("Doll")
        wishes = WishList.objects.create()
        wishes.lines.create(toy=doll)
        assert store.keys_of(train) == [str(train.pk)]
        assert store.keys_of(train.colours.get()) == [str(train.pk)]
        assert store.keys_of(wishes) == [str(doll.pk)]

    def test_anything_else_is_refused_by_name(self, store):
        with pytest.raises(InvalidArgument, match="neither a product nor a basket"):
            store.keys_of(Maker(name="Rail"))

    def test_many_baskets_cost_one_query(self, store, django_assert_num_queries):
        train, doll = toy(), toy("Doll")
        full, empty = WishList.objects.create(), WishList.objects.create()
        for one in (train, doll):
            full.lines.create(toy=one)
        with django_assert_num_queries(1):
            keys, nothing = store.baskets([full, empty])
        assert sorted(keys) == sorted([str(train.pk), str(doll.pk)])
        assert nothing == []

    @pytest.mark.parametrize("unknown", ["", "never", "0", "x\x00", "9" * 40])
    def test_a_cart_is_found_by_its_id(self, store, unknown):
        train, full = toy(), WishList.objects.create()
        full.lines.create(toy=train)
        assert store.products_in_cart(str(full.pk), ANYWHERE) == [str(train.pk)]
        assert store.products_in_cart(unknown, ANYWHERE) == []

    def test_without_mapped_baskets_no_cart_is_found(self, settings):
        change(settings, {"basket_line": ...})
        assert MappedStore().products_in_cart("1", ANYWHERE) == []

    def test_baskets_need_their_lines_mapped(self, settings):
        change(settings, {"basket_line": ...})
        with pytest.raises(ConfigurationError, match="'basket_line'"):
            MappedStore().baskets([])

    def test_products_come_as_the_hosts_own(self, store):
        train = toy()
        assert store.objects([str(train.pk), "never"], ANYWHERE) == {str(train.pk): train}


def test_functions_say_what_a_path_can_not(settings):
    here = "tests.projects.plugin_only.test_mapped"
    change(
        settings,
        {
            "product.queryset": f"{here}.toys_of_wood",
            "product.title": f"{here}.loud_title",
            "product.categories": f"{here}.two_categories",
            "product.attributes": f"{here}.first_colour",
        },
    )
    toy("Plastic")
    toy("Block").tags.add(Tag.objects.create(name="wood"))
    (doc,) = MappedStore().products(ANYWHERE)
    assert (doc.title, doc.categories, doc.attributes) == (
        "BLOCK",
        ("toys", "wood"),
        {"sku": "Block-red"},
    )


def toys_of_wood():
    return Toy.objects.filter(tags__name="wood").prefetch_related("colours")


def loud_title(one):
    return one.name.upper()


def two_categories(one):
    return ["toys", "wood"]


def first_colour(one):
    return {"sku": one.colours.all()[0].sku}


def test_orders_that_were_bulk_created_are_learnt_from(store):
    train = toy()
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    purchases = Purchase.objects.bulk_create(Purchase(placed_at=moment) for _ in range(3))
    colour = ToyColour.objects.get(toy=train)
    PurchaseLine.objects.bulk_create(PurchaseLine(purchase=p, colour=colour) for p in purchases)
    assert [line.ordered_at for line in store.order_lines(ANYWHERE)] == [moment] * 3
    assert store.orders_changed_at(ANYWHERE) > NOON
