import pytest

from shop.customers.models import Customer
from tests import factories
from tests.shop.refusals import refused_by_database

pytestmark = pytest.mark.django_db


def test_an_account_is_one_customer():
    customer = factories.customer()
    with refused_by_database():
        factories.customer(user=customer.user)


def test_imported_ids_are_unique_and_differ_by_case():
    factories.customer(user=None, external_id="c17")
    factories.customer(user=None, external_id="C17")
    with refused_by_database():
        factories.customer(user=None, external_id="c17")


def test_many_customers_have_no_imported_id():
    for _ in range(2):
        factories.customer(user=None)
    assert Customer.objects.filter(external_id=None).count() == 2


def test_a_customer_outlives_the_account():
    customer = factories.customer()
    customer.user.delete()
    customer.refresh_from_db()
    assert customer.user is None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": "Ada", "email": "ada@example.com", "external_id": "7"}, "Ada"),
        ({"email": "ada@example.com", "external_id": "7"}, "ada@example.com"),
        ({"external_id": "7"}, "7"),
    ],
)
def test_a_customer_is_called_by_the_best_name_there_is(fields, text):
    assert str(Customer(**fields)) == text
