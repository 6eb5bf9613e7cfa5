"""What a report may take of the database."""

from dataclasses import replace

import pytest
from django.db import connection

from analytics.services.reports.subjects import SUBJECTS
from tests.analytics.behaviour import MAY

#: Vendor → how the time of a statement is limited, and read; and the 60 seconds of a report.
LIMITS = {
    "postgresql": ("SET statement_timeout = '7s'", "SHOW statement_timeout", "7s", "1min"),
    "mysql": ("SET max_statement_time = 7", "SELECT @@max_statement_time", 7, 60),
}


@pytest.mark.skipif(connection.vendor not in LIMITS, reason="needs a limit: --server")
@pytest.mark.django_db(transaction=True)
def test_a_report_may_take_longer_than_a_request():
    def limit(filters=None):
        with connection.cursor() as cursor:
            cursor.execute(read)
            return cursor.fetchone()[0]

    begin, read, usual, longer = LIMITS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        assert replace(SUBJECTS["traffic"], make=limit).report(MAY) == longer
        assert limit() == usual
    finally:
        connection.close()
