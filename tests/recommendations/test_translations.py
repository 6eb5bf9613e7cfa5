"""Admin and reasons in the language of the request."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from recommendations.models import Surface
from recommendations.services.reasons import reason_for
from recommendations.services.suggestions import Evidence, Source
from recommendations.stores.base import Offer
from tests.accounts import staff

EVIDENCE = Evidence(pair_orders=30, seed_orders=1200, support=0.1, confidence=0.5, lift=2.0)


TEA, CUP = Offer("tea", "茶", available=True), Offer("cup", "杯", available=True)


def test_a_reason_comes_in_chinese():
    with override("zh-hans"):  # which groups digits by four
        assert reason_for(Source.BOUGHT_TOGETHER, CUP, TEA, EVIDENCE) == (
            "在 1200 个含“茶”的订单中，有 30 个同时购买"
        )
        assert reason_for(Source.POPULAR, CUP) == "本店热销"
        assert str(Surface.FREQUENTLY_BOUGHT_WITH.label) == "经常一起购买"


@pytest.mark.django_db
def test_the_admin_comes_in_chinese(client, store):
    client.force_login(
        staff("recommendations.view_modelversion", "recommendations.change_modelversion")
    )
    with override("zh-hans"):
        url = reverse("admin:recommendations_modelversion_changelist")
        page = client.get(url, headers={"accept-language": "zh-hans"})
    assert "立即训练" in page.content.decode()
