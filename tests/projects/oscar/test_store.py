"""What is special about django-oscar: children, guests, partners, statuses, sites and baskets."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sites.models import Site
from django.core.checks import run_checks
from django.utils import timezone
from oscar.apps.partner.strategy import Default
from oscar.core.loading import get_model

from recommendations.exceptions import InvalidArgument
from recommendations.stores import oscar_products, querying
from recommendations.stores.base import Actor, OrderLineFact, Scope
from recommendations.stores.oscar import OscarStore
from recommendations.testing import NOON
from tests.projects.oscar import goods
from tests.projects.oscar.partner.strategy import MEMBERS_ONLY

pytestmark = pytest.mark.django_db
ANYWHERE, ANYBODY = Scope(), Actor()
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductReview = get_model("reviews", "ProductReview")


@pytest.fixture
def store():
    return OscarStore()


@pytest.fixture
def shirt():
    """A parent with a small child in stock and a large one that is not; children have no title."""
    made = goods.product("Shirt", structure="parent")
    goods.product("", structure="child", parent=made, stock=0, price="20.00")
    goods.product("", structure="child", parent=made, stock=5, price="22.00")
    return made


def child_of(shirt):
    return shirt.children.order_by("pk").last()


def test_its_own_analytics_app_is_installed_beside_ours():
    assert apps.get_app_config("analytics").name == "oscar.apps.analytics"


class TestFeedback:
    def test_approved_reviews_of_a_product_and_its_children(self, store, shirt):
        review = {"title": "x", "body": "x", "name": "Bo", "email": "bo@example.com"}
        for of, score, status in (
            (shirt, 5, ProductReview.APPROVED),
            (child_of(shirt), 2, ProductReview.APPROVED),
            (shirt, 1, ProductReview.FOR_MODERATION),
        ):
            ProductReview.objects.create(product=of, score=score, status=status, **review)
        goods.product()
        found = {doc.title: (doc.rating, doc.ratings) for doc in store.products(ANYWHERE)}
        assert found == {"Shirt": (3.5, 2), "Mug": (None, 0)}

    def test_orders_and_lines_that_were_taken_back(self, store, shirt):
        mug = goods.product()
        goods.order([child_of(shirt), mug], status="Cancelled")
        goods.order([child_of(shirt), mug]).lines.filter(product=mug).update(status="Cancelled")
        goods.order([mug])
        assert {doc.title: doc.returns for doc in store.products(ANYWHERE)} == {
            "Shirt": 1,
            "Mug": 2,
        }

    def test_without_the_app_for_reviews_there_are_no_ratings(self, store, monkeypatch):
        monkeypatch.setattr(oscar_products, "is_model_registered", lambda app, model: False)
        goods.product()
        assert [doc.ratings for doc in store.products(ANYWHERE)] == [0]


class TestOrderLines:
    def test_a_child_that_was_bought_counts_for_its_parent(self, store, shirt):
        order = goods.order([child_of(shirt)])
        line = OrderLineFact(order.number, str(shirt.pk), None, NOON)
        assert list(store.order_lines(ANYWHERE)) == [line]

    def test_users_by_id_and_guests_by_e_mail(self, store):
        ann, mug = User.objects.create_user("ann"), goods.product()
        goods.order([mug], user=ann)
        goods.order([mug], guest_email="Bo@example.com")
        goods.order([mug])
        buyers = [line.buyer for line in store.order_lines(ANYWHERE)]
        assert buyers == [f"user {ann.pk}", "bo@example.com", None]

    def test_a_line_outlives_its_product_and_says_nothing_then(self, store):
        mug, plate = goods.product(), goods.product("Plate")
        goods.order([mug, plate])
        plate.delete()
        assert [line.product for line in store.order_lines(ANYWHERE)] == [str(mug.pk)]

    def test_the_setting_names_what_was_taken_back(self, store, settings):
        mug = goods.product()
        refunded = goods.order([mug], status="Refunded")
        assert store.count_order_lines(ANYWHERE) == 1
        settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {
            "OSCAR_TAKEN_BACK": ("Cancelled", "Refunded")
        }
        assert list(store.order_lines(ANYWHERE)) == []
        refunded.lines.update(status="Refunded")
        refunded.__class__.objects.update(status="Sent")
        assert list(store.order_lines(ANYWHERE)) == []  # the line was, by itself

    def test_reading_goes_by_ranges_of_the_key(self, store, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(querying, "ROWS_A_QUERY", 4)
        mug = goods.product()
        for _ in range(5):
            goods.order([mug])
        with django_assert_num_queries(2):
            assert len(list(store.order_lines(ANYWHERE))) == 5


def test_the_last_change_is_the_newest_order_or_change_of_a_status(store):
    order = goods.order([goods.product()], placed_at=timezone.now() - timedelta(days=2))
    assert store.orders_changed_at(ANYWHERE) == order.date_placed
    order.set_status("Cancelled")
    assert store.orders_changed_at(ANYWHERE) == order.status_changes.get().date_created


class TestChangedOrders:
    """`placed_at` says what an order says of itself, not when it came in."""

    long_ago = timezone.now() - timedelta(days=300)

    def changed(self, store, since):
        return {one.order: len(one.lines) for one in store.changed_orders(ANYWHERE, since)}

    def test_an_order_that_was_placed_or_whose_status_was_set_since(self, store):
        mug = goods.product()
        cancelled, untouched = (goods.order([mug], placed_at=self.long_ago) for _ in range(2))
        new = goods.order([mug], placed_at=timezone.now())
        assert untouched.pk < new.pk
        cancelled.set_status("Cancelled")
        since = timezone.now() - timedelta(minutes=1)
        assert self.changed(store, since) == {cancelled.number: 0, new.number: 1}

    def test_an_imported_order_is_found_by_its_id(self, store):
        mug = goods.product()
        since = timezone.now() - timedelta(minutes=1)
        early = goods.order([mug], placed_at=self.long_ago)
        assert self.changed(store, since) == {}
        new = goods.order([mug], placed_at=timezone.now())
        imported = goods.order([mug], placed_at=self.long_ago)
        assert self.changed(store, since) == {new.number: 1, imported.number: 1}
        assert early.number not in self.changed(store, since)


class TestProducts:
    def test_a_parent_is_described_and_its_children_are_not(self, store, shirt):
        (doc,) = store.products(ANYWHERE)
        assert (doc.key, doc.title) == (str(shirt.pk), "Shirt")
        assert doc.price == 22.0  # as Oscar has it: of the newest child

    def test_categories_come_with_their_parents_and_attributes_with_their_values(self, store):
        mug = goods.product()
        mug.categories.add(goods.category("Drinks", "Tea"))
        mug.product_class.attributes.create(name="Colour", code="colour", type="text")
        mug.attr.colour = "blue"
        mug.save()
        (doc,) = store.products(ANYWHERE)
        assert doc.categories == ("Drinks", "Tea")
        assert doc.attributes == {"Colour": "blue"}

    def test_describing_costs_the_same_whatever_the_number(
        self, store, shirt, django_assert_max_num_queries
    ):
        for number in range(12):
            parent = goods.product(f"Shirt {number}", structure="parent")
            goods.product("", structure="child", parent=parent)
            goods.product(f"Mug {number}")
        with django_assert_max_num_queries(12):
            assert len(list(store.products(ANYWHERE))) == 25

    def test_children_are_keys_of_their_parent(self, store, shirt):
        child = child_of(shirt)
        asked = [str(shirt.pk), str(child.pk), "mug", "9" * 40]
        assert store.canonical_keys(asked, ANYWHERE) == {
            str(shirt.pk): str(shirt.pk),
            str(child.pk): str(shirt.pk),
        }


class TestOffers:
    def available(self, store, product, actor=ANYBODY):
        return store.offers([str(product.pk)], actor, ANYWHERE)[str(product.pk)].available

    def test_a_parent_is_for_sale_while_one_child_is(self, store, shirt):
        assert self.available(store, shirt)
        child_of(shirt).stockrecords.update(num_in_stock=0)
        assert not self.available(store, shirt)
        child_of(shirt).stockrecords.update(num_in_stock=1)
        shirt.children.update(is_public=False)
        assert not self.available(store, shirt)

    def test_what_is_not_public_or_has_no_stock_record_is_not_for_sale(self, store):
        assert not self.available(store, goods.product(is_public=False))
        unpriced = goods.product()
        unpriced.stockrecords.all().delete()
        assert not self.available(store, unpriced)

    def test_the_forked_strategy_decides_for_the_user_of_the_request(self, store, rf):
        mug, request = goods.product(f"{MEMBERS_ONLY}: mug"), rf.get("/")
        request.user = AnonymousUser()
        assert not self.available(store, mug, Actor(request=request))
        request.user = User.objects.create_user("ann")
        assert self.available(store, mug, Actor(request=request))
        assert not self.available(store, mug)

    def test_a_request_brings_the_strategy_that_the_middleware_gave_it(self, store, rf):
        mug, request = goods.product(f"{MEMBERS_ONLY}: mug"), rf.get("/")
        request.strategy = Default()
        assert self.available(store, mug, Actor(request=request))

    def test_offers_cost_the_same_whatever_their_number(
        self, store, shirt, django_assert_num_queries
    ):
        keys = [str(goods.product(f"Mug {number}").pk) for number in range(20)]
        goods.Product.objects.get(pk=keys[0]).categories.add(goods.category("Mugs"))
        for asked in (keys[:1], [*keys, str(shirt.pk)]):
            with django_assert_num_queries(5 if len(asked) == 1 else 6):
                assert len(store.offers(asked, Actor(), ANYWHERE)) == len(asked)

    def test_the_innermost_of_several_categories_comes_last_and_none_comes_twice(self, store):
        mug, tea = goods.product(), goods.category("Drinks", "Tea")
        mug.categories.add(tea, tea.get_parent(), goods.category("Gifts"))
        offer = store.offers([str(mug.pk)], ANYBODY, ANYWHERE)[str(mug.pk)]
        names = store.categories(ANYWHERE)
        assert [names[key] for key in offer.category_keys] == ["Drinks", "Gifts", "Drinks > Tea"]
        assert offer.category == "Tea"

    def test_a_child_is_in_the_categories_of_its_parent(self, store, shirt):
        clothes = goods.category("Clothes")
        shirt.categories.add(clothes)
        key = str(child_of(shirt).pk)
        offer = store.offers([key], ANYBODY, ANYWHERE)[key]
        assert offer.category_keys == (str(clothes.pk),)


class TestSites:
    @pytest.fixture
    def sites(self, settings):
        made = {name: Site.objects.create(name=name, domain=f"{name}.test") for name in ("a", "b")}
        settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {
            "SCOPES": ("a", "b"),
            "OSCAR_SITES": {name: site.pk for name, site in made.items()},
        }
        return made

    def test_each_site_learns_from_its_own_orders(self, store, sites):
        mug, plate = goods.product(), goods.product("Plate")
        goods.order([mug], site=sites["a"], placed_at=NOON)
        goods.order([plate], site=sites["b"], placed_at=NOON + timedelta(days=1))
        assert [line.product for line in store.order_lines(Scope("a"))] == [str(mug.pk)]
        assert store.orders_changed_at(Scope("a")) == NOON
        assert store.count_order_lines(Scope("b")) == 1


class TestObjects:
    def test_a_product_a_child_and_a_basket_stand_for_keys(self, store, shirt):
        mug = goods.product()
        assert store.keys_of(mug) == [str(mug.pk)]
        assert store.keys_of(child_of(shirt)) == [str(shirt.pk)]
        basket = goods.basket([child_of(shirt), mug])
        assert store.keys_of(basket) == [str(shirt.pk), str(mug.pk)]
        assert store.keys_of(goods.Basket()) == []  # a guest's, before anything is in it

    @pytest.mark.parametrize("unknown", ["", "never", "0", "x\x00", "9" * 40])
    def test_a_cart_is_found_by_its_id(self, store, unknown):
        mug = goods.product()
        basket = goods.basket([mug])
        assert store.products_in_cart(str(basket.pk), ANYWHERE) == [str(mug.pk)]
        assert store.products_in_cart(unknown, ANYWHERE) == []

    def test_anything_else_is_refused_by_name(self, store):
        with pytest.raises(InvalidArgument, match="neither a product nor a basket"):
            store.keys_of(Site(name="a"))

    def test_many_baskets_cost_one_query(self, store, django_assert_num_queries):
        mug, plate = goods.product(), goods.product("Plate")
        baskets = [goods.basket([mug, plate]), goods.basket([]), goods.basket([plate])]
        with django_assert_num_queries(1):
            found = store.baskets(baskets)
        assert found == [[str(mug.pk), str(plate.pk)], [], [str(plate.pk)]]


class TestChecks:
    def problems(self):
        return [one for one in run_checks() if one.id.startswith("recommendations.")]

    def test_the_settings_of_the_project_are_clean(self):
        assert self.problems() == []

    def test_a_status_that_no_order_ever_has(self, settings):
        settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {"OSCAR_TAKEN_BACK": ("Canceled",)}
        (problem,) = self.problems()
        assert problem.id == "recommendations.E201"
        assert "'Canceled'" in problem.msg
        assert problem.hint == "Did you mean 'Cancelled'?"

    def test_a_scope_without_a_site(self, settings):
        settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {
            "SCOPES": ("a", "b"),
            "OSCAR_SITES": {"a": 1},
        }
        (problem,) = self.problems()
        assert problem.id == "recommendations.E202"
        assert problem.hint == "The id of a site for each of SCOPES: a, b."
