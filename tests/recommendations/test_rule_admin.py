"""Rules in admin: written, refused, tried out before they are saved, and by whom."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from recommendations.models import (
    Arm,
    Experiment,
    MerchandisingRule,
    ModelVersion,
    Surface,
    Treatment,
)
from recommendations.services.serving import frequently_bought_with
from recommendations.services.training import train
from recommendations.stores.base import ProductDoc
from tests.accounts import staff
from tests.recommendations.conftest import add_orders

pytestmark = pytest.mark.django_db
LIST = reverse("admin:recommendations_merchandisingrule_changelist")
ADD = reverse("admin:recommendations_merchandisingrule_add")
PREVIEW = reverse("admin:recommendations_rule_preview")
EMPTY = dict.fromkeys(
    ["factor", "attribute", "at_least", "at_most", "currency", "surface", "scope", "seed_product",
     "seed_category", "arm", "starts_at_0", "starts_at_1", "ends_at_0", "ends_at_1"], "",
)  # fmt: skip
PIN_BREAD = EMPTY | {
    "name": "Fresh bread",
    "effect": "pin",
    "target": "product",
    "value": "bread",
    "priority": "0",
    "is_active": "on",
}

MAY = "recommendations.{}_merchandisingrule"


@pytest.fixture(autouse=True)
def trained(store):
    add_orders(store, "tea cup", "tea cup", "tea pot", "bread")
    store.docs["tea"] = ProductDoc("tea", "Tea", category_keys=("f1",), categories=("Food",))
    train()
    return store


def noon_in(days: int) -> datetime:
    """Noon, so many days from now."""
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    return noon + timedelta(days=days)


def change_url(rule: MerchandisingRule) -> str:
    return reverse("admin:recommendations_merchandisingrule_change", args=[rule.pk])


def first_for_tea() -> str:
    return frequently_bought_with([["tea"]], 1)[0].items[0].key


def saved(**fields) -> MerchandisingRule:
    return MerchandisingRule.objects.create(
        **{"name": "Fresh bread", "effect": "pin", "value": "bread"} | fields
    )


def test_a_rule_is_added_and_speaks_at_once(admin_client):
    assert first_for_tea() == "cup"
    admin_client.post(ADD, PIN_BREAD)
    assert first_for_tea() == "bread"
    page = admin_client.get(LIST).content.decode()
    assert "Product bread" in page
    assert "Everywhere" in page


def test_a_broken_rule_is_refused_beside_its_field(admin_client):
    answer = admin_client.post(ADD, PIN_BREAD | {"value": "never"})
    assert "no product or SKU" in str(answer.context["errors"])
    assert not MerchandisingRule.objects.exists()


def test_categories_are_chosen_by_name(admin_client):
    page = admin_client.get(ADD).content.decode()
    assert '<option value="f1">Food</option>' in page


def test_a_rule_can_be_for_one_arm_of_an_experiment(admin_client):
    made = Experiment.objects.create(name="Bread", surface=Surface.FREQUENTLY_BOUGHT_WITH)
    arm = Arm.objects.create(experiment=made, name="with")
    assert "Bread: with" in admin_client.get(ADD).content.decode()
    admin_client.post(ADD, PIN_BREAD | {"arm": arm.pk})
    assert MerchandisingRule.objects.get().arm == arm
    assert "Bread: with" in admin_client.get(LIST).content.decode()
    assert first_for_tea() == "cup"


def test_deleting_ends_it_at_once(admin_client):
    saved()
    assert first_for_tea() == "bread"
    chosen = {"action": "delete_selected", "post": "yes", "_selected_action": [1]}
    chosen["_selected_action"] = [MerchandisingRule.objects.get().pk]
    admin_client.post(LIST, chosen)
    assert first_for_tea() == "cup"


class TestPreview:
    def titles(self, answer) -> list[list[str]]:
        comparison = answer.context["comparison"]
        return [[one.key for one in side.items] for side in (comparison.saved, comparison.tried)]

    def test_a_new_rule_is_shown_beside_today_and_not_saved(self, admin_client):
        answer = admin_client.post(PREVIEW, PIN_BREAD | {"basket": "tea"})
        assert self.titles(answer) == [["cup", "pot", "bread"], ["bread", "cup", "pot"]]
        assert "Picked by the shop" in answer.content.decode()
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert not MerchandisingRule.objects.exists()
        assert first_for_tea() == "cup"

    def test_a_changed_rule_takes_the_place_of_what_is_saved(self, admin_client):
        rule = saved()
        changed = PIN_BREAD | {"effect": "exclude", "basket": "tea"}
        answer = admin_client.post(f"{PREVIEW}?rule={rule.pk}", changed)
        assert self.titles(answer) == [["bread", "cup", "pot"], ["cup", "pot"]]
        rule.refresh_from_db()
        assert rule.effect == "pin"

    def test_a_rule_is_tried_out_on_a_cart(self, admin_client, store):
        store.carts["7"] = ["tea"]
        answer = admin_client.post(PREVIEW, PIN_BREAD | {"basket": "cart:7"})
        assert self.titles(answer) == self.titles(
            admin_client.post(PREVIEW, PIN_BREAD | {"basket": "tea"})
        )

    def test_a_rule_that_starts_later_is_shown_as_it_will_be_beside_the_others_then(
        self, admin_client
    ):
        saved(name="Pot week", value="pot", starts_at=noon_in(9), ends_at=noon_in(11))
        saved(name="No cups", effect="exclude", value="cup", starts_at=noon_in(11))
        later = {"starts_at_0": f"{noon_in(10):%Y-%m-%d}", "starts_at_1": "12:00"}
        answer = admin_client.post(PREVIEW, PIN_BREAD | later | {"basket": "tea"})
        assert self.titles(answer) == [["pot", "cup", "bread"], ["pot", "bread", "cup"]]
        page = answer.content.decode()
        assert "Both as they will be on" in page
        assert date_format(noon_in(10), "DATE_FORMAT") in page

    def test_a_rule_that_is_over_or_not_active_says_so(self, admin_client):
        ended = {"ends_at_0": "2020-01-01", "ends_at_1": "00:00"}
        page = admin_client.post(PREVIEW, PIN_BREAD | ended | {"basket": "tea"}).content.decode()
        assert "The period of this rule is over." in page
        assert "changes nothing here" in page
        draft = {key: value for key, value in PIN_BREAD.items() if key != "is_active"}
        answer = admin_client.post(PREVIEW, draft | {"basket": "tea"})
        assert self.titles(answer) == [["cup", "pot", "bread"]] * 2
        assert "This rule is not active." in answer.content.decode()

    def test_a_rule_of_an_arm_is_shown_as_its_visitors_see_it(self, admin_client, trained):
        old = ModelVersion.objects.get()
        trained.lines = [line for line in trained.lines if line.product != "cup"]
        train(force=True)
        made = Experiment.objects.create(name="Bread", surface=Surface.FREQUENTLY_BOUGHT_WITH)
        treatments = {
            "live": {}, "old": {"treatment": Treatment.VERSION, "version": old},
            "none": {"treatment": Treatment.NOTHING},
        }  # fmt: skip
        expected = {
            "live": [["pot", "bread", "cup"], ["bread", "pot", "cup"]],
            "old": [["cup", "pot", "bread"], ["bread", "cup", "pot"]],
            "none": [[], []],
        }
        for name, treatment in treatments.items():
            arm = Arm.objects.create(experiment=made, name=name, **treatment)
            answer = admin_client.post(PREVIEW, PIN_BREAD | {"arm": arm.pk, "basket": "tea"})
            assert self.titles(answer) == expected[name]
            assert f"visitors in the arm {name} see them" in answer.content.decode()
        assert first_for_tea() == "pot"

    def test_a_rule_that_changes_nothing_says_so(self, admin_client):
        answer = admin_client.post(PREVIEW, PIN_BREAD | {"value": "cup", "basket": "tea"})
        assert "changes nothing here" in answer.content.decode()

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"basket": "never"}, "no product or SKU"),
            ({"basket": "cart:7"}, "no cart"),
            ({"basket": ""}, "required"),
            ({"basket": "tea", "value": "never"}, "no product or SKU"),
        ],
    )
    def test_what_is_wrong_is_said(self, admin_client, fields, message):
        page = admin_client.post(PREVIEW, PIN_BREAD | fields).content.decode()
        assert "Please correct this first." in page
        assert message in page

    def test_a_link_previews_nothing(self, admin_client):
        assert admin_client.get(PREVIEW).status_code == 405


class TestPermissions:
    def test_view_only_staff_see_rules_and_change_none(self, client):
        rule = saved()
        client.force_login(staff(MAY.format("view")))
        page = client.get(change_url(rule))
        assert page.status_code == 200
        assert "rule-preview" not in page.content.decode()
        for url in (ADD, change_url(rule), PREVIEW, f"{PREVIEW}?rule={rule.pk}"):
            assert client.post(url, PIN_BREAD | {"basket": "tea"}).status_code == 403
        client.post(LIST, {"action": "delete_selected", "_selected_action": [rule.pk]})
        assert MerchandisingRule.objects.get().name == "Fresh bread"

    def test_who_may_only_add_can_try_out_a_new_rule_and_no_other(self, client):
        rule = saved()
        client.force_login(staff(MAY.format("add")))
        asked = PIN_BREAD | {"basket": "tea"}
        assert client.post(PREVIEW, asked).status_code == 200
        assert client.post(f"{PREVIEW}?rule={rule.pk}", asked).status_code == 403

    def test_staff_without_permission_see_nothing(self, client):
        client.force_login(staff())
        assert client.get(LIST).status_code == 403
