"""Encrypted text: what the database holds, who can read it, and how keys are replaced."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection

from shop import encryption
from shop.support.models import Message, Ticket
from tests import factories

pytestmark = pytest.mark.django_db

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def keys(settings):
    """Sets the keys."""

    def choose(*chosen):
        settings.SHOP_ENCRYPTION_KEYS = list(chosen)

    choose(OLD)
    return choose


def stored(model, column):
    """What the column holds, past the field."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {model._meta.db_table} ORDER BY opened_at")  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def test_the_database_holds_a_token_that_the_key_opens(keys):
    factories.ticket(subject="Größe falsch 🧦", guest_email="ann@example.com")

    (subject,) = stored(Ticket, "subject")
    (email,) = stored(Ticket, "guest_email")

    assert Fernet(OLD).decrypt(subject).decode() == "Größe falsch 🧦"
    assert Fernet(OLD).decrypt(email).decode() == "ann@example.com"
    assert Ticket.objects.get().subject == "Größe falsch 🧦"


def test_the_same_text_looks_different_each_time(keys):
    for _ in range(2):
        factories.ticket(subject="The same")

    one, other = stored(Ticket, "subject")

    assert one != other


def test_an_update_encrypts_too(keys):
    factories.ticket()

    Ticket.objects.update(subject="Changed")

    assert Fernet(OLD).decrypt(stored(Ticket, "subject")[0]) == b"Changed"


@pytest.mark.parametrize("lookup", ["subject", "subject__icontains", "subject__in"])
def test_encrypted_text_can_not_be_searched(lookup):
    with pytest.raises(FieldError, match="EncryptedTextField"):
        Ticket.objects.filter(**{lookup: "x"})


def test_older_keys_still_decrypt(keys):
    factories.ticket(subject="Old")
    keys(NEW, OLD)
    assert Ticket.objects.get().subject == "Old"


def test_without_its_key_a_text_is_refused_and_not_shown_as_a_token(keys):
    factories.ticket()
    keys(NEW)
    with pytest.raises(encryption.KeyMissing, match=r"support\.Ticket\.guest_email|subject"):
        Ticket.objects.get()


def test_every_encrypted_field_is_known_to_the_rotation():
    assert encryption.encrypted_fields() == {
        Ticket: ["guest_email", "subject"],
        Message: ["body"],
    }


def test_after_rotation_the_new_key_is_enough(keys, monkeypatch):
    monkeypatch.setattr(encryption, "ROWS_A_STEP", 2)
    for number in range(5):
        factories.ticket(subject=f"Subject {number}", body=f"Body {number}")
    keys(NEW, OLD)
    steps = []

    rotated = encryption.rotate(steps.append)
    keys(NEW)

    assert (rotated, steps) == (10, [2, 2, 1, 2, 2, 1])  # five tickets, five messages
    assert {ticket.subject for ticket in Ticket.objects.all()} == {
        f"Subject {number}" for number in range(5)
    }
    assert {message.body for message in Message.objects.all()} == {
        f"Body {number}" for number in range(5)
    }


class TestBlindIndex:
    def find(self, *addresses):
        indexes = encryption.blind_indexes(addresses)
        return Ticket.objects.filter(guest_email_index__in=indexes)

    def test_it_finds_the_rows_with_a_text_in_any_case(self, keys):
        ann = factories.ticket(guest_email="Ann@Example.com")
        factories.ticket(guest_email="bob@example.com")
        factories.ticket(guest_email="")
        assert list(self.find("ann@example.com")) == [ann]
        assert not self.find("", "cy@example.com").filter(guest_email_index__gt="").exists()

    def test_it_is_another_with_another_key_and_shows_no_text(self, keys):
        one = factories.ticket().guest_email_index
        keys(NEW)
        other = factories.ticket().guest_email_index
        assert one != other
        assert len(one) == len(other) == 64
        assert "guest" not in one

    def test_it_finds_before_during_and_after_a_rotation(self, keys):
        before = factories.ticket()
        keys(NEW, OLD)
        during = factories.ticket()
        assert set(self.find("guest@example.com")) == {before, during}
        encryption.rotate()
        keys(NEW)
        assert set(self.find("guest@example.com")) == {before, during}


def test_the_command_says_how_much_it_has_done(keys, capsys):
    factories.ticket()
    keys(NEW, OLD)
    call_command("rotate_encryption_keys")
    assert "2 rows are encrypted with the first key." in capsys.readouterr().out


def test_a_key_that_was_thrown_away_too_early_changes_nothing(keys):
    factories.ticket()
    before = stored(Ticket, "subject")
    keys(NEW)
    with pytest.raises(CommandError, match="Put the key back"):
        call_command("rotate_encryption_keys")
    assert stored(Ticket, "subject") == before
