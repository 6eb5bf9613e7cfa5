"""Export and erasure in admin: asked twice, each with a permission of its own."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from shop.customers.models import Customer, ErasureReceipt
from tests import factories
from tests.shop.admin.pages import listed, messages, run_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    customer = factories.customer(name="Ann Archer", email="ann@example.com")
    factories.ticket(customer, subject="Größe")
    return customer


def export_url(customer):
    return reverse("admin:customers_customer_export", args=[customer.pk])


def confirm(client, *customers):
    url = reverse("admin:customers_customer_changelist")
    keys = [customer.pk for customer in customers]
    data = {"action": "erase", "_selected_action": keys, "erase_confirmed": "Erase for good"}
    return client.post(url, data, follow=True)


def test_the_action_asks_first_and_offers_the_export(admin_client, ann):
    page = run_action(admin_client, "erase", [ann])
    html = page.content.decode()
    assert "Ann Archer" in html
    assert f'href="{export_url(ann)}"' in html
    assert f'name="_selected_action" value="{ann.pk}"' in html
    assert Customer.objects.filter(pk=ann.pk).exists()


def test_confirmed_it_erases_and_gives_a_receipt(admin_client, admin_user, ann):
    page = confirm(admin_client, ann)
    assert not Customer.objects.exists()
    receipt = ErasureReceipt.objects.get()
    assert receipt.erased_by == admin_user
    assert messages(page) == [f"Customer {ann.pk} is erased. Receipt {receipt.number}"]
    assert listed(admin_client, ErasureReceipt, q=str(receipt.number)[:8]) == [receipt]


def test_staff_are_named_and_left_while_others_go(admin_client, ann):
    member = factories.customer(user=factories.staff())
    page = confirm(admin_client, ann, member)
    assert list(Customer.objects.all()) == [member]
    assert any("take that status away first" in text for text in messages(page))


def test_erasing_has_a_permission_of_its_own(client, ann):
    client.force_login(factories.staff("customers.view_customer", "customers.change_customer"))
    confirm(client, ann)
    assert Customer.objects.filter(pk=ann.pk).exists()

    client.force_login(factories.staff("customers.view_customer", "customers.erase_customer"))
    html = run_action(client, "erase", [ann]).content.decode()
    assert export_url(ann) not in html  # that is another permission
    confirm(client, ann)
    assert not Customer.objects.filter(pk=ann.pk).exists()


def test_the_export_is_a_file_and_is_logged(admin_client, admin_user, ann):
    response = admin_client.get(export_url(ann))
    assert response["Content-Disposition"] == f'attachment; filename="customer-{ann.pk}.json"'
    assert "no-store" in response["Cache-Control"]
    assert json.loads(response.content)["tickets"][0]["subject"] == "Größe"
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(ann.pk))
    assert entry.get_change_message() == "Exported the personal data."


def test_the_export_has_a_permission_of_its_own(client, ann):
    client.force_login(factories.staff("customers.view_customer", "customers.erase_customer"))
    assert client.get(export_url(ann)).status_code == 403
    client.force_login(factories.staff("customers.export_customer"))
    assert client.get(export_url(ann)).status_code == 200


def test_an_export_of_nobody(admin_client):
    url = reverse("admin:customers_customer_export", args=[999_999])
    assert admin_client.get(url).status_code == 404


def test_customers_are_erased_and_never_just_deleted(admin_client, ann):
    page = admin_client.post(
        reverse("admin:customers_customer_delete", args=[ann.pk]), {"post": "yes"}
    )
    assert page.status_code == 403
    assert Customer.objects.filter(pk=ann.pk).exists()
