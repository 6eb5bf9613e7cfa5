"""What visitors of an experiment are shown."""

import json
import re

import pytest
from django.db import connection
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from recommendations import api, views
from recommendations.models import Arm, Experiment, MerchandisingRule, Surface, Treatment
from recommendations.services import experiments
from recommendations.services.serving import frequently_bought_with
from recommendations.services.suggestions import Source
from recommendations.services.tokens import Token, read_token
from recommendations.services.training import train
from recommendations.stores.base import Actor
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db

ORDERS = ("tea cup", "tea cup", "tea cup", "tea jam", "tea jam", "milk")


class FakeBehaviour:
    """Requests are the names of visitors, or have them in a cookie."""

    def visitor_of(self, request):
        return request.COOKIES["visitor"] if isinstance(request, HttpRequest) else request

    def viewed(self, visitor, limit, scope):
        return {"v": ["jam", "milk"]}.get(visitor, [])[:limit]


@pytest.fixture
def shown(store, settings):
    """What a visitor is shown for tea."""
    configure(settings, BEHAVIOUR="tests.recommendations.test_experiment_serving.FakeBehaviour")
    add_orders(store, *ORDERS)
    train()

    def ask(visitor, first=1):
        return frequently_bought_with([["tea"]], first, actor=Actor(request=visitor))[0]

    return ask


def experiment(**treatment) -> tuple[Experiment, Arm]:
    made = Experiment.objects.create(name="Test", surface=Surface.FREQUENTLY_BOUGHT_WITH)
    Arm.objects.create(experiment=made, name="control", is_control=True)
    other = Arm.objects.create(experiment=made, name="other", **treatment)
    return made, other


def visitor_in(arm_key: str) -> str:
    (plan,) = experiments.running_plans()
    return next(f"v{n}" for n in range(100) if plan.arm_of(f"v{n}").key == arm_key)


def test_a_hold_out_sees_nothing_and_its_token_says_so(shown):
    made, arm = experiment(treatment=Treatment.NOTHING)
    experiments.start(made)
    held_out = shown(visitor_in(arm.key))
    assert (held_out.items, held_out.arm) == ((), arm.key)
    assert read_token(held_out.token).arm == arm.key
    control = shown(visitor_in(f"{made.pk}/control"))
    assert [one.key for one in control.items] == ["cup"]
    assert control.arm == f"{made.pk}/control"


def test_templates_and_json_carry_the_token_of_the_arm_too(shown):
    made, arm = experiment(treatment=Treatment.NOTHING)
    experiments.start(made)
    tag = Template("{% load recommendations %}{% frequently_bought_with 'tea' first=1 %}")
    for key, titles in ((arm.key, []), (f"{made.pk}/control", ["CUP"])):
        request = RequestFactory().get("/?products=tea&first=1")
        request.COOKIES["visitor"] = visitor_in(key)
        answer = json.loads(views.suggestions(request).content)
        assert [one["title"] for one in answer["suggestions"]] == titles
        page = tag.render(Context({"request": request}))
        (in_page,) = re.findall(r'data-token="([^"]+)"', page)
        assert ("hidden" in page, "CUP" in page) == (not titles, bool(titles))
        for token in (answer["token"], in_page):
            assert read_token(token) == Token(
                "frequently_bought_with", answer["modelVersion"], ("tea",), key
            )


def test_an_arm_is_shown_its_version_and_its_own_figures(shown, store):
    old = train()
    store.lines = [line for line in store.lines if line.product != "cup"]
    new = train(force=True)
    made, arm = experiment(treatment=Treatment.VERSION, version=old)
    experiments.start(made)
    for _ in range(2):  # one process answers both, in turn
        theirs = shown(visitor_in(arm.key))
        assert (theirs.version, theirs.items[0].key) == (f"v{old.pk}", "cup")
        assert theirs.items[0].evidence.pair_orders == 3
        live = shown(visitor_in(f"{made.pk}/control"))
        assert (live.version, live.items[0].key) == (f"v{new.pk}", "jam")
        assert live.items[0].evidence.lift == pytest.approx((2 / 5) / (2 / 6))


def test_a_rule_can_be_for_one_arm_only(shown):
    made, arm = experiment()
    MerchandisingRule.objects.create(name="Jam first", effect="pin", value="jam", arm=arm)
    assert shown("v0").items[0].key == "cup"
    experiments.start(made)
    pinned = shown(visitor_in(arm.key)).items[0]
    assert (pinned.key, pinned.source) == ("jam", Source.PINNED)
    assert shown(visitor_in(f"{made.pk}/control")).items[0].key == "cup"
    experiments.end(made)
    assert shown("v0").items[0].key == "cup"


def test_whoever_must_not_be_followed_is_in_no_experiment(shown):
    made, _ = experiment(treatment=Treatment.NOTHING)
    experiments.start(made)
    for nobody in ("", None):
        answer = shown(nobody)
        assert (len(answer.items), answer.arm) == (1, "")


def test_start_and_end_take_effect_at_once_and_cost_no_query_afterwards(shown):
    made, arm = experiment(treatment=Treatment.NOTHING)

    def queries(visitor) -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(visitor)
        return len([one for one in captured if "SAVEPOINT" not in one["sql"]])

    shown("v0")
    before = queries("v0")
    experiments.start(made)
    visitor = visitor_in(arm.key)
    assert shown(visitor).items == ()
    assert queries(visitor) <= before
    assert queries(visitor_in(f"{made.pk}/control")) == before
    experiments.end(made)
    assert len(shown(visitor).items) == 1


def test_recently_viewed_comes_before_what_is_popular(shown):
    items = api.recently_viewed(3, actor=Actor(request="v")).items
    assert [(one.key, one.source) for one in items] == [
        ("jam", Source.VIEWED), ("milk", Source.VIEWED), ("tea", Source.POPULAR),
    ]  # fmt: skip
    assert items[0].reason == "You looked at this"
    stranger = api.recently_viewed(1, actor=Actor(request="w")).items
    assert [one.source for one in stranger] == [Source.POPULAR]


def test_an_arm_whose_version_is_gone_hides_no_change(shown):
    old, new = train(), train(force=True)
    made, arm = experiment(treatment=Treatment.VERSION, version=old)
    experiments.start(made)
    visitor = visitor_in(arm.key)
    assert shown(visitor).version == f"v{old.pk}"
    experiments.end(made)
    old.ranked_lists.all().delete()
    MerchandisingRule.objects.create(name="Jam first", effect="pin", value="jam")
    assert (shown(visitor).version, shown(visitor).items[0].key) == (f"v{new.pk}", "jam")
