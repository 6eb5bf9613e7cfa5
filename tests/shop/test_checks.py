"""Mistakes in the shop's settings are found at start."""

import pytest

from shop.checks import check_cart_days, check_encryption_keys, check_limits


def test_the_settings_of_this_suite_are_fine():
    assert [*check_encryption_keys(), *check_cart_days()] == []


@pytest.mark.parametrize("keys", [[], ["short"], ["x" * 44 + "é"], [None], "not a list", None])
def test_keys_that_can_not_encrypt(settings, keys):
    settings.SHOP_ENCRYPTION_KEYS = keys
    (error,) = check_encryption_keys()
    assert error.id == "shop.E001"
    assert "Fernet.generate_key()" in error.hint


def test_no_setting_for_keys(settings):
    del settings.SHOP_ENCRYPTION_KEYS
    assert [error.id for error in check_encryption_keys()] == ["shop.E001"]


@pytest.mark.parametrize(("name", "value"), [("SHOP_WRITES_AN_HOUR", 0), ("SHOP_PROXIES", "1")])
def test_limits_out_of_range(settings, name, value):
    setattr(settings, name, value)
    (error,) = check_limits()
    assert (error.id, error.msg) == ("shop.E003", f"{name} is {value!r}.")


@pytest.mark.parametrize("days", [0, -1, "90", None, 1.5])
def test_days_out_of_range(settings, days):
    settings.SHOP_CART_DAYS = days
    (error,) = check_cart_days()
    assert (error.id, error.hint) == (
        "shop.E002",
        "The days after which a guest's cart is deleted: 1 or more.",
    )
