"""The admin page that says why a product is suggested, and why another is not."""

import pytest
from django.urls import reverse

from recommendations.engine.base import ListKind
from recommendations.models import LiveVersion, MerchandisingRule, RankedList
from recommendations.services.training import train_all
from recommendations.stores.base import ProductDoc
from tests.accounts import staff
from tests.recommendations.conftest import add_orders, configure

pytestmark = pytest.mark.django_db
WHY = reverse("admin:recommendations_why")
ASKED = {"surface": "frequently_bought_with", "scope": "default", "products": "tea"}


@pytest.fixture(autouse=True)
def trained(store):
    add_orders(store, *["tea cup"] * 3, *["tea pot"] * 2, "tea jam", "bread", "bread")
    train_all()
    return store


@pytest.fixture
def ask(client):
    """Asked by staff who may see versions and nothing more."""
    client.force_login(staff("recommendations.view_modelversion"))
    return lambda **fields: client.get(WHY, ASKED | fields)


def became(answer) -> dict[str, tuple]:
    found = answer.context["explanations"]
    return {one.key: (one.rank, one.for_sale, one.outcome.value, one.place) for one in found}


def test_the_way_of_every_candidate(ask, trained):
    trained.unavailable = {"cup"}
    MerchandisingRule.objects.create(name="No jam", effect="exclude", value="jam")
    MerchandisingRule.objects.create(name="Fresh", effect="pin", value="bread")
    answer = ask()
    assert became(answer) == {
        "cup": (1, False, "not for sale", 0),
        "pot": (2, True, "shown", 2),
        "jam": (3, True, "excluded by a rule", 0),
        "bread": (4, True, "shown", 1),
    }
    page = answer.content.decode()
    assert "exclude (No jam)" in page
    assert "tea 100%" in page


def test_the_table_can_be_read_aloud(ask):
    _, table = ask().content.decode().split("<caption>The best candidates")
    table, _ = table.split("</table>", 1)
    assert table.count('<th scope="col">') == 9
    assert table.count('<th scope="row">') == 4


def test_what_low_ratings_cost_a_product(ask, trained):
    trained.docs["cup"] = ProductDoc("cup", "CUP", rating=1, ratings=50)
    trained.docs["pot"] = ProductDoc("pot", "POT", rating=5, ratings=50)
    train_all()
    answer = ask()
    found = {one.key: one.quality for one in answer.context["explanations"]}
    assert found == {"pot": 1, "cup": pytest.approx((50 + 10 * 3) / 60 / 3), "jam": 1, "bread": 1}
    assert "<td>× 0.44</td>" in answer.content.decode()


@pytest.mark.parametrize(
    ("wanted", "settings_", "outcome"),
    [
        ("tea", {}, "in the basket"),
        ("never-bought", {}, "no list of these products holds it"),
        ("pot", {"MAX_PRICE_RATIO": 1}, "held back by a limit of the settings"),
    ],
)
def test_why_a_product_is_missing(ask, trained, settings, wanted, settings_, outcome):
    trained.docs["never-bought"] = ProductDoc("never-bought", "New")
    for key, price in (("tea", 1), ("pot", 30)):
        trained.docs[key] = ProductDoc(key, key, price=price)
    for number in range(10):
        trained.docs[f"p{number}"] = ProductDoc(f"p{number}", "Popular")
    popular = RankedList.objects.filter(seed_key="", kind=ListKind.GLOBAL)
    keys = [f"p{number}" for number in range(10)]
    popular.update(entries=[keys, [1.0] * 10, [0] * 10])
    configure(settings, **settings_)
    page = ask(wanted=wanted).content.decode()
    assert f"({wanted}): {outcome}." in page


def test_similar_products_are_explained_too(ask):
    assert ask(surface="similar_products").context["explanations"]


def test_before_the_first_version_it_says_so(ask):
    LiveVersion.objects.all().delete()
    assert "Is a version live?" in ask().content.decode()


@pytest.mark.parametrize("field", ["products", "wanted"])
def test_an_unknown_key_is_told_beside_its_field(ask, field):
    answer = ask(**{field: "tea nonsense"})
    assert answer.context["form"].errors == {field: ["The store has no product or SKU 'nonsense'."]}
    assert "explanations" not in answer.context


def test_a_surface_that_is_asked_for_no_products_is_refused(ask):
    assert "surface" in ask(surface="buy_again").context["form"].errors


def test_the_form_comes_empty_and_is_linked_from_both_lists(admin_client):
    assert not admin_client.get(WHY).context["form"].errors
    for name in ("modelversion", "merchandisingrule"):
        page = admin_client.get(reverse(f"admin:recommendations_{name}_changelist"))
        assert f'href="{WHY}"' in page.content.decode()


def test_without_the_permission_there_is_no_page_and_no_link(client):
    client.force_login(staff("recommendations.view_merchandisingrule"))
    assert client.get(WHY).status_code == 403
    rules = client.get(reverse("admin:recommendations_merchandisingrule_changelist"))
    assert WHY not in rules.content.decode()


def test_nothing_can_be_sent_to_it(admin_client):
    assert admin_client.post(WHY, ASKED).status_code == 405
