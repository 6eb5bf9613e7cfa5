"""Reports over GraphQL: for staff with the permission, typed, in pages."""

import pytest
import strawberry
from django.contrib.auth.models import AnonymousUser, Permission
from django.test import RequestFactory

from analytics.graphql.reports import PERMISSION, ReportQuery
from analytics.services.reports.base import row_types
from analytics.services.reports.subjects import SUBJECTS
from analytics.services.rollup import roll_up
from tests.accounts import staff
from tests.analytics.behaviour import happened, tea_shop

pytestmark = pytest.mark.django_db
schema = strawberry.Schema(query=ReportQuery)
MAY = '{start: "2026-05-01", end: "2026-05-31"}'


@pytest.fixture
def analyst():
    return staff(PERMISSION)


def ask(query, user):
    request = RequestFactory().post("/graphql/")
    request.user = user
    return schema.execute_sync(query, context_value={"request": request})


def test_a_report_is_typed(analyst):
    happened(*tea_shop())
    roll_up()
    answer = ask(
        f"""{{ analytics {{
            funnel(filters: {MAY}) {{ steps {{ step visits dropOff }} simulated missing }}
            traffic(filters: {{start: "2026-05-01", end: "2026-05-31", source: EMAIL}}) {{
                channels {{ name visits }} days(first: 2, offset: 3) {{ day visits }}
            }}
        }} }}""",
        analyst,
    )
    assert answer.errors is None
    found = answer.data["analytics"]
    assert found["funnel"]["steps"][0] == {"step": "Saw a product", "visits": 2, "dropOff": 0.0}
    assert (found["funnel"]["simulated"], found["funnel"]["missing"]) == (0.0, [])
    assert found["traffic"]["channels"] == [{"name": "email", "visits": 1}]
    assert found["traffic"]["days"] == [
        {"day": "2026-05-04", "visits": 0}, {"day": "2026-05-05", "visits": 1},
    ]  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_table_of_every_subject_can_be_asked_for(subject, analyst):
    happened(*tea_shop())
    roll_up()
    tables = " ".join(
        f"{name} {{ __typename }}" for name, _, _ in row_types(SUBJECTS[subject].kind)
    )
    answer = ask(f"{{ analytics {{ {subject} {{ {tables} notes currency }} }} }}", analyst)
    assert answer.errors is None
    assert set(answer.data["analytics"][subject]) > {"notes", "currency"}


@pytest.mark.parametrize(
    "make",
    [
        AnonymousUser,
        staff,
        lambda: _changed(staff(PERMISSION), is_staff=False),
        lambda: _changed(staff(PERMISSION), is_active=False),
    ],
    ids=["nobody", "without the permission", "no staff", "no longer active"],
)
def test_others_get_nothing(make):
    answer = ask("{ analytics { rfm { missing } } }", make())
    assert answer.data is None
    assert answer.errors[0].extensions["code"] == "FORBIDDEN"


def _changed(user, **values):
    for name, value in values.items():
        setattr(user, name, value)
    return user


@pytest.mark.parametrize(
    ("arguments", "table", "field"),
    [
        ('(filters: {start: "2026-05-02", end: "2026-05-01"})', "days", ["filters", "end"]),
        ("", "days(first: 101)", None),
        ("", "days(offset: -1)", None),
    ],
)
def test_what_cannot_be_answered_is_refused(arguments, table, field, analyst):
    happened(*tea_shop())
    answer = ask(f"{{ analytics {{ traffic{arguments} {{ {table} {{ day }} }} }} }}", analyst)
    assert answer.errors[0].extensions["code"] == "BAD_USER_INPUT"
    assert answer.errors[0].extensions.get("field") == field


def test_the_permission_is_one_that_can_be_given():
    assert Permission.objects.filter(
        codename="view_report", content_type__app_label="boughtwith_analytics"
    ).exists()
