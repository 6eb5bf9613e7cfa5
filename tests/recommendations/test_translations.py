"""Admin and reasons in the language of the request."""

from itertools import product

import pytest
from django.urls import reverse
from django.utils.translation import override

from recommendations.choices import Phase
from recommendations.engine.bootstrap import Estimate
from recommendations.models import (
    Arm,
    Experiment,
    MerchandisingRule,
    ModelVersion,
    RunStatus,
    Surface,
    Treatment,
)  # fmt: skip
from recommendations.services import evaluation
from recommendations.services.reasons import reason_for
from recommendations.services.suggestions import Evidence, Source
from recommendations.services.training import train
from recommendations.stores.base import Offer
from tests import translations
from tests.recommendations.conftest import add_orders

EVIDENCE = Evidence(pair_orders=30, seed_orders=1200, support=0.1, confidence=0.5, lift=2.0)
FBW = Surface.FREQUENTLY_BOUGHT_WITH
CHINESE = {"accept-language": "zh-hans"}
PAIRS = [f"p{n} q{n}" for n in range(20)] * 20
#: What stays as it is in Chinese: keys, names and titles, and what figures are called.
DATA = {
    "tea", "cup", "jam", "TEA", "CUP", "JAM", "cups", "default", "hybrid", "substitutes", "basket",
    "completion", "time", "ndcg", "hit_rate", "hit", "rate", "mrr",
    "NDCG", "admin", "cart",
}  # fmt: skip
#: What Django itself has in English on a page in Chinese.
DJANGO = {"True", "False", "Search"}

TEA, CUP = Offer("tea", "茶", available=True), Offer("cup", "杯", available=True)


def test_a_reason_comes_in_chinese():
    with override("zh-hans"):  # which groups digits by four
        assert reason_for(Source.BOUGHT_TOGETHER, CUP, TEA, EVIDENCE) == (
            "在 1200 个含“茶”的订单中，有 30 个同时购买"
        )
        assert reason_for(Source.POPULAR, CUP) == "本店热销"
        assert str(Surface.FREQUENTLY_BOUGHT_WITH.label) == "经常一起购买"


def test_models_and_fields_have_names_in_chinese():
    assert translations.english_in_models("recommendations", "zh-hans") == {}


def test_what_is_edited_along_with_a_model_is_looked_at_too():
    assert {Arm, Experiment} <= translations.models_in_admin("recommendations")


@pytest.fixture
def read(admin_client, settings, store):
    """A page in Chinese, once no English is read of it."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]

    def ask(path, data=None):
        send = admin_client.get if data is None else admin_client.post
        answer = send(path, data or {}, headers=CHINESE, follow=True)
        assert answer.status_code == 200
        page = answer.content.decode()
        shown = translations.content(page) if 'id="content"' in page else page
        told = [str(message) for message in (answer.context or {}).get("messages", ())]
        assert translations.english(shown + " ".join(told)) - DATA - DJANGO == set()
        return page

    with override("en"):  # and back to it, whatever the last request was in
        yield ask


@pytest.mark.django_db
class TestAdmin:
    """Every page is read through: a word in Latin letters is data, or was not translated."""

    def page(self, name, *args):
        return reverse(f"admin:recommendations_{name}", args=args)

    def test_the_list_of_versions(self, read, store):
        add_orders(store, "tea cup", "tea cup", "jam")
        train()
        made = {"surface": FBW, "scope": "default", "run": "r", "model": "m"}
        for phase in Phase:
            ModelVersion.objects.create(**made, phase=phase, progress=42)
        ModelVersion.objects.create(**made, status=RunStatus.FAILED)
        page = read(self.page("modelversion_changelist"))
        for said in ("立即训练", "读取订单", "写入列表", "可供评估的购物车少于 30 个", "失败"):
            assert said in page

    def test_buttons_of_versions_and_the_log(self, read, store):
        add_orders(store, "tea cup", "tea cup", "jam")
        first = train()
        roll_back = {"surface": FBW, "scope": "default"}
        assert "没有可回滚的更早版本" in read(self.page("roll_back"), roll_back)
        train()
        assert "已回滚" in read(self.page("roll_back"), roll_back)
        promote = {"action": "promote", "_selected_action": first.pk}
        assert "已用于" in read(self.page("modelversion_changelist"), promote)
        history = read(self.page("modelversion_history", first.pk))
        assert "已通过回滚上线。" in history
        assert "已上线。" in history
        failed = ModelVersion.objects.create(
            surface=FBW, scope="default", run="r", model="m", status=RunStatus.FAILED
        )
        promote = {"action": "promote", "_selected_action": failed.pk}
        assert "没有完成的列表。状态：失败" in read(self.page("modelversion_changelist"), promote)

    @pytest.mark.parametrize(
        ("surface", "orders", "said"),
        [
            (FBW, PAIRS, "已通过。 优于热门度： nDCG@10 +"),
            (FBW, ["tea cup"], "未经评估即通过。"),
            (Surface.SIMILAR_PRODUCTS, ["tea cup"], "留出的购物车无法说明"),
        ],
    )
    def test_a_version(self, read, store, surface, orders, said):
        add_orders(store, *orders)
        version = train(surface)
        ModelVersion.objects.filter(pk=version.pk).update(run="r", params={})
        assert said in read(self.page("modelversion_change", version.pk))

    def test_every_verdict(self, read):
        estimates = {"model": {}, "popularity": {}, "live": {}, "live_version": "v1"}
        for accepted, beats, worse in product((True, False), repeat=3):
            gain = Estimate(-0.1, 0.0, 0.1)
            said = evaluation.in_words({"popularity": gain, "live": gain}, accepted, beats, worse)
            version = ModelVersion.objects.create(
                surface=FBW, scope="default", run="r", model="m",
                metrics=estimates | {"verdict": said},
            )  # fmt: skip
            read(self.page("modelversion_change", version.pk))

    def test_a_rule(self, read, store):
        add_orders(store, "tea cup", "tea cup", "jam")
        train()
        read(self.page("merchandisingrule_add"))
        rule = {"name": "tea", "effect": "pin", "target": "product", "value": "jam"}
        rule |= {"priority": 0, "is_active": "on", "basket": "tea"}
        assert "本店精选" in read(self.page("rule_preview"), rule)
        assert "商店没有商品或" in read(self.page("rule_preview"), rule | {"basket": "cups"})
        experiment = Experiment.objects.create(name="实验一", surface=FBW)
        arm = Arm.objects.create(experiment=experiment, name="7")
        in_arm = rule | {"arm": arm.pk, "ends_at_0": "2020-01-01", "ends_at_1": "00:00"}
        del in_arm["is_active"]
        assert "分组 7 的访客" in read(self.page("rule_preview"), in_arm)
        later = rule | {"starts_at_0": "2120-01-01", "starts_at_1": "00:00"}
        assert "生效时的结果" in read(self.page("rule_preview"), later)
        made = read(self.page("merchandisingrule_add"), rule)
        assert "所有位置" in made
        read(self.page("merchandisingrule_change", MerchandisingRule.objects.get().pk))

    def test_why(self, read, store):
        add_orders(store, "tea cup", "tea cup", "tea jam", "jam")
        train()
        rules = [("pin", "cup", None), ("exclude", "jam", None)]
        rules += [("boost", "cup", 2), ("bury", "cup", 0.5)]
        for effect, value, factor in rules:
            MerchandisingRule.objects.create(name="tea", effect=effect, value=value, factor=factor)
        read(self.page("why"))
        asked = f"{self.page('why')}?surface={FBW}&scope=default&products=tea&wanted="
        page = read(asked + "tea")
        for said in ("置顶 (tea)", "排除 (tea)", "提升 × 2 (tea)", "降低 × 0.5 (tea)"):
            assert said in page
        assert "商店没有商品或" in read(asked + "cups")
        assert "没有购物车" in read(asked + "cart:7")

    def test_an_experiment(self, read):
        assert "展示内容" in read(self.page("experiment_add"))
        made = Experiment.objects.create(name="tea", surface=FBW)
        start, end = self.page("experiment_start", made.pk), self.page("experiment_end", made.pk)
        assert "未在进行" in read(end, {"now": ""})
        assert "至少需要两个" in read(start, {"now": ""})
        other = Arm.objects.create(experiment=made, name="cup")
        arm = Arm.objects.create(experiment=made, name="jam")
        assert "需要恰好一个" in read(start, {"now": ""})
        Arm.objects.filter(pk=arm.pk).update(is_control=True)
        Arm.objects.filter(pk=other.pk).update(treatment=Treatment.VERSION)
        assert "必须指定版本" in read(start, {"now": ""})
        version = ModelVersion.objects.create(
            surface=Surface.TRENDING, scope="default", run="r", model="m"
        )
        Arm.objects.filter(pk=other.pk).update(version=version)
        assert "而实验需要" in read(start, {"now": ""})
        ModelVersion.objects.filter(pk=version.pk).update(surface=FBW)
        assert "已没有列表" in read(start, {"now": ""})
        ModelVersion.objects.filter(pk=version.pk).update(lists=1)
        assert "已开始" in read(start, {"now": ""})
        assert "此前已开始过" in read(start, {"now": ""})
        rival = Experiment.objects.create(name="jam", surface=FBW)
        rival_start = self.page("experiment_start", rival.pk)
        assert "请先结束它" in read(rival_start, {"now": ""})
        assert "已结束" in read(end, {"now": ""})
        read(self.page("experiment_changelist"))
        history = read(self.page("experiment_history", made.pk))
        assert "已开始。" in history
        assert "已结束。" in history
