"""Whose request it is: ids that nobody can make up, and pseudonyms in their place."""

import pytest
from django.contrib.auth.signals import user_logged_in

from analytics.models import Visitor
from analytics.services.visitors import identify, link, pseudonym
from tests import accounts
from tests.analytics.requests import browser

pytestmark = pytest.mark.django_db


def new_id():
    return identify(browser(), issue=True).visitor_id


def test_a_new_device_gets_an_id_only_where_it_is_asked_for():
    assert identify(browser()).visitor == ""
    caller = identify(browser(), issue=True)
    assert caller.is_new
    assert caller.visitor == pseudonym("visitor", caller.visitor_id)
    assert caller.visitor not in caller.visitor_id


def test_the_id_is_known_again_from_cookie_and_header():
    sent = new_id()
    for request in (browser(cookies={"visitor": sent}), browser(x_visitor_id=sent)):
        caller = identify(request, issue=True)
        assert (caller.visitor, caller.is_new) == (pseudonym("visitor", sent), False)


@pytest.mark.parametrize("forged", ["", "abc", "0" * 32, "0" * 32 + ":sig"])
def test_a_forged_id_is_no_id(forged):
    assert identify(browser(x_visitor_id=forged)).visitor == ""
    assert identify(browser(x_visitor_id=forged), issue=True).is_new


def test_the_scope_comes_from_the_project(settings):
    settings.ANALYTICS = {"SCOPE_READER": "tests.analytics.test_visitors.scope_of"}
    assert identify(browser("/nl/")).scope == "nl"


def scope_of(request):
    return request.path.strip("/")


def test_staff_are_no_visitors():
    assert identify(browser(user=accounts.staff())) is None


def test_several_devices_belong_to_one_person():
    user = accounts.user()
    phone, laptop = browser(x_visitor_id=new_id()), browser(cookies={"visitor": new_id()})
    for request in (phone, laptop, phone):
        user_logged_in.send(type(user), request=request, user=user)
    devices = {identify(phone).visitor, identify(laptop).visitor}
    known = Visitor.objects.filter(person=str(user.pk))
    assert set(known.values_list("pseudonym", flat=True)) == devices


def test_nobody_is_linked_who_must_not_be_tracked():
    link(browser(x_visitor_id=new_id(), dnt="1"), accounts.user())
    link(browser(), accounts.user())  # a device without an id
    assert not Visitor.objects.exists()
