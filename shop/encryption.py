"""Text that is encrypted at rest: a copy of the database tells nothing without the keys."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils.crypto import salted_hmac

SETTING = "SHOP_ENCRYPTION_KEYS"
ROWS_A_STEP = 500


class KeyMissing(Exception):
    """A stored text was encrypted with a key that the settings no longer have."""


def keyring() -> MultiFernet:
    """The first of `SHOP_ENCRYPTION_KEYS` encrypts, every one of them decrypts.

    Raises `ValueError` for no key at all, and for what is no Fernet key.
    """
    return _keyring(_keys())


def _keys() -> tuple[str, ...]:
    return tuple(getattr(settings, SETTING, ()))


@lru_cache(maxsize=1)
def _keyring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedTextField(models.TextField):
    """Written and read as plain text, stored as a Fernet token.

    The same text gives another token each time, so the database can neither compare nor search
    it: every lookup but `isnull` is refused.
    """

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return None if text is None else keyring().encrypt(text.encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        try:
            return keyring().decrypt(value).decode()
        except InvalidToken as error:
            raise KeyMissing(f"No key in {SETTING} decrypts this {self}.") from error

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class BlindIndexField(models.CharField):
    """A keyed hash of the encrypted text in field `of`: finds the rows that hold a text, whatever
    its case, and tells nothing to those without the keys. Empty for no text.

    Look up `blind_indexes(texts)` with `__in`. Anybody with a key can tell that two rows are equal.
    """

    def __init__(self, *, of: str, **options: Any) -> None:
        self.of = of
        defaults: dict[str, Any] = {
            "max_length": 64,
            "editable": False,
            "db_index": True,
            "default": "",
        }
        super().__init__(**defaults | options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = _blind_index(getattr(model_instance, self.of), _keys()[0])
        setattr(model_instance, self.attname, value)
        return value


def blind_indexes(texts: Collection[str]) -> list[str]:
    """What a `BlindIndexField` may hold for one of these texts, by any of the keys."""
    return [_blind_index(text, key) for text in texts for key in _keys()]


def _blind_index(text: str, key: str) -> str:
    """HMAC-SHA-256 with a key of its own, derived from that of the encryption."""
    if not text:
        return ""
    return salted_hmac("shop.encryption", text.lower(), secret=key, algorithm="sha256").hexdigest()


def encrypted_fields() -> dict[type[models.Model], list[str]]:
    """The models with encrypted fields, and the names of these."""
    fields = {
        model: [f.name for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]
        for model in apps.get_models()
    }
    return {model: names for model, names in fields.items() if names}


def rotate(progress: Callable[[int], None] = lambda rows: None) -> int:
    """Encrypts every row again with the first key and returns how many there were.

    Each step is a short transaction that locks its rows. A run that is broken off does no harm:
    the next one starts over. `progress` hears the size of each step.
    """
    total = 0
    for model, names in encrypted_fields().items():
        rows = model._base_manager.order_by("pk")
        step = _rotate_step(rows, names)
        while step:
            progress(len(step))
            total += len(step)
            step = _rotate_step(rows.filter(pk__gt=step[-1].pk), names)
    return total


def _rotate_step(rows: models.QuerySet[Any], names: list[str]) -> list[Any]:
    with transaction.atomic():
        step = list(rows.select_for_update()[:ROWS_A_STEP])
        indexes = [f for f in rows.model._meta.local_fields if isinstance(f, BlindIndexField)]
        for index in indexes:
            for row in step:
                index.pre_save(row, add=False)
        rows.model._base_manager.bulk_update(step, [*names, *(index.name for index in indexes)])
    return step
