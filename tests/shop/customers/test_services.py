import pytest
from django.contrib.auth.models import AnonymousUser

from shop.customers.models import Customer
from shop.customers.services import customer_of, get_or_create_customer
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_guest_is_no_customer():
    assert customer_of(AnonymousUser()) is None


def test_an_account_that_never_bought_is_no_customer():
    assert customer_of(factories.user()) is None


def test_the_customer_of_an_account():
    factories.customer()
    customer = factories.customer()
    assert customer_of(customer.user) == customer


def test_a_customer_is_made_on_first_use_and_found_on_the_second():
    user = factories.user(first_name="Ada", last_name="Lovelace", email="ada@example.com")
    customer = get_or_create_customer(user)
    assert (customer.user, customer.name, customer.email) == (
        user,
        "Ada Lovelace",
        "ada@example.com",
    )
    assert get_or_create_customer(user) == customer
    assert Customer.objects.count() == 1


def test_names_longer_than_a_customers_are_cut():
    user = factories.user(first_name="A" * 150, last_name="B" * 150)
    assert get_or_create_customer(user).name == "A" * 150 + " " + "B" * 49
