"""Rules and limits in the cart query, and the guide that tells of them."""

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import Event
from analytics.services.visitors import identify
from recommendations.checks import check_settings
from recommendations.models import Arm, Experiment, MerchandisingRule, Surface, Treatment
from recommendations.services import experiments
from recommendations.services.training import train_all
from tests import factories
from tests.analytics.requests import CHROME, browser
from tests.documents import blocks, commands
from tests.shop.graphql.conftest import global_id

CART = """query($id: ID!) { cart(id: $id) { frequentlyBoughtWith(first: 4) {
    edges { source reason node { code } } } } }"""


@pytest.fixture
def cart(trained):
    return factories.cart([(trained[0].variants.get(), 1)])


@pytest.fixture
def edges(api, cart):
    """What the cart is shown: (code, source)."""

    def ask():
        found = api(CART, id=global_id(cart))["cart"]["frequentlyBoughtWith"]["edges"]
        return [(edge["node"]["code"], edge["source"]) for edge in found]

    return ask


def rule(effect: str, value: str, **fields) -> MerchandisingRule:
    made = MerchandisingRule(name="Summer", effect=effect, value=value, **fields)
    made.full_clean()
    made.save()
    return made


def test_a_cart_is_shown_what_the_shop_wants(edges):
    usual = edges()
    made = rule("pin", "P39"), rule("exclude", usual[0][0])
    assert edges() == [("P39", "PINNED"), *usual[1:4]]
    for one in made:
        one.delete()
    assert edges() == usual


def test_a_rule_by_category_and_one_by_price(edges, trained):
    usual = [code for code, _ in edges()]
    cheap = factories.category("Cheap")
    type(trained[0]).objects.filter(code=usual[2]).update(category=cheap)
    rule("boost", cheap.path, target="category", factor=1000)
    assert [code for code, _ in edges()] == [usual[2], usual[0], usual[1], usual[3]]
    trained[0].variants.update(price=5)
    rule("exclude", "", target="price", at_least=10, currency="USD")
    assert edges() == []


def test_rules_and_limits_cost_the_cart_no_query(edges, settings):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            edges()
        return len([one for one in captured if "SAVEPOINT" not in one["sql"]])

    edges()
    usual = statements()
    rule("pin", "P39")
    edges()  # a process reads changed rules once
    limits = {"MAX_PER_CATEGORY": 3, "MAX_PER_ATTRIBUTE": {"brand": 3}, "DIVERSITY": 0.5}
    settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | limits
    assert statements() == usual


class TestTheGuide:
    """docs/merchandising.md does what it says."""

    @pytest.fixture
    def shop(self, db, settings):
        settings.RECOMMENDATIONS = settings.RECOMMENDATIONS | {
            "MIN_PAIR_ORDERS": 1, "MIN_PAIR_BUYERS": 1,
        }  # fmt: skip
        for codes in (["tea", "cup"], ["tea", "cup"], ["jam", "milk"]):
            factories.order(codes)
        train_all()
        return factories.cart([(factories.Variant.objects.get(product__code="tea"), 1)])

    def test_the_rule_and_the_commands(self, shop, capsys):
        rule_block, _ = blocks("merchandising.md", "python")
        exec(rule_block.text, {})  # noqa: S102 (our own page)
        (block,) = blocks("merchandising.md", "console")
        said = []
        for _, _, *words in commands(block):
            call_command(*words)
            said.append(capsys.readouterr().out)
        assert "pin (Clearance)" in said[0]
        assert "milk" in said[0]
        assert "Candidate" in said[1]

    def test_the_limits_are_legal(self, settings):
        _, limits = blocks("merchandising.md", "python")
        names = {"RECOMMENDATIONS": dict(settings.RECOMMENDATIONS)}
        exec(limits.text, names)  # noqa: S102 (our own page)
        settings.RECOMMENDATIONS = names["RECOMMENDATIONS"]
        assert settings.RECOMMENDATIONS["MAX_PER_CATEGORY"] == 2
        assert check_settings() == []

    def test_an_empty_list_is_seen_too(self, api, shop, django_capture_on_commit_callbacks):
        query, track = (block.text for block in blocks("merchandising.md", "graphql"))
        (events,) = (json.loads(block.text) for block in blocks("merchandising.md", "json"))
        made = Experiment.objects.create(name="Any", surface=Surface.FREQUENTLY_BOUGHT_WITH)
        for name in ("control", "hold-out"):
            Arm.objects.create(
                experiment=made,
                name=name,
                treatment=Treatment.NOTHING,
                is_control=name == "control",
            )
        experiments.start(made)
        known = identify(browser(), issue=True).visitor_id
        api.client.defaults |= {"HTTP_USER_AGENT": CHROME, "HTTP_X_VISITOR_ID": known}
        answer = api(query, cartId=global_id(shop))["cart"]["frequentlyBoughtWith"]
        assert answer["nodes"] == []
        events["events"][0]["token"] = answer["token"]
        with django_capture_on_commit_callbacks(execute=True):
            assert api(track, **events)["trackEvents"] == {"accepted": 1, "userErrors": []}
        assert Event.objects.get(kind="IMPRESSION").arm.startswith(f"{made.pk}/")
