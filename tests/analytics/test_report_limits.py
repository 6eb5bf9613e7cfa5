"""What a report may take of the database."""

from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection, transaction

from analytics.services.reports.subjects import SUBJECTS
from tests.analytics.behaviour import MAY

#: Vendor → how the time of a statement is limited, and read.
LIMITS = {
    "postgresql": ("SET statement_timeout = '{}s'", "SHOW statement_timeout"),
    "mysql": ("SET max_statement_time = {}", "SELECT @@max_statement_time"),
}
#: As PostgreSQL writes them.
SECONDS = {"7s": 7, "1min": 60, "2min": 120}

pytestmark = [
    pytest.mark.skipif(connection.vendor not in LIMITS, reason="needs a limit: --server"),
    pytest.mark.django_db(transaction=True),
]


def seconds(filters=None):
    with connection.cursor() as cursor:
        cursor.execute(LIMITS[connection.vendor][1])
        (found,) = cursor.fetchone()
    return SECONDS.get(found) or float(found)


@pytest.mark.parametrize(("usual", "longer"), [(7, 60), (120, 120), (0, 0)])
def test_a_report_may_take_a_minute_and_no_less_than_a_request(usual, longer):
    with connection.cursor() as cursor:
        cursor.execute(LIMITS[connection.vendor][0].format(usual))
    try:
        assert replace(SUBJECTS["traffic"], make=seconds).report(MAY) == longer
        assert seconds() == usual
    finally:
        connection.close()


def test_a_report_that_the_database_fails_leaves_the_limit_as_it_was():
    """In a transaction of the request, too, which can go on."""

    def fail(filters):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    with connection.cursor() as cursor:
        cursor.execute(LIMITS[connection.vendor][0].format(7))
    try:
        with transaction.atomic():
            with pytest.raises(ProgrammingError):
                replace(SUBJECTS["traffic"], make=fail).report(MAY)
            assert seconds() == 7
        assert seconds() == 7
    finally:
        connection.close()
