from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DataError, IntegrityError, transaction

from shop.exceptions import ShopError


@contextmanager
def refused(code: str, *field: str) -> Iterator[None]:
    """The block is refused with this error code, and with the path of this input."""
    with pytest.raises(ShopError) as caught:
        yield
    assert (caught.value.code, caught.value.field) == (code, field)


@contextmanager
def refused_by_database() -> Iterator[None]:
    """The block breaks a constraint; MariaDB has its own error for less than nothing."""
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        yield
