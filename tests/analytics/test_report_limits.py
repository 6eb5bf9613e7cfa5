"""What a report may take of the database."""

from dataclasses import replace

import pytest
from django.db import connection

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


def test_a_report_that_fails_leaves_the_limit_as_it_was():
    def fail(filters):
        raise ZeroDivisionError

    before = seconds()
    with pytest.raises(ZeroDivisionError):
        replace(SUBJECTS["traffic"], make=fail).report(MAY)
    assert seconds() == before
