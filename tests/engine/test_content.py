import math

import pytest

from recommendations.engine.base import Entry, Publication
from recommendations.engine.content import ContentKNN, price_bands
from recommendations.exceptions import InvalidArgument
from recommendations.stores.base import ProductDoc
from tests.engine.baskets import interactions

# Of three titles two hold "red" and two hold "cup", one each "bowl" and "blue":
# idf = ln(4 / (1 + df)) + 1
OFTEN, ONCE = math.log(4 / 3) + 1, math.log(4 / 2) + 1
ALIKE = OFTEN / (2 * (OFTEN**2 + ONCE**2)) ** 0.5
DOCUMENTS = (
    ProductDoc("1", "Red cup"),
    ProductDoc("2", "red bowl"),
    ProductDoc("3", "blue CUP"),
)


def similar(documents, seed: str, *baskets: str, **parameters) -> list[tuple]:
    model = ContentKNN(**parameters).fit(interactions(*baskets), documents)
    lists = {ranked.seed: ranked for ranked in model.ranked(Publication())}
    return [(e.key, pytest.approx(e.score)) for e in lists[seed].entries] if seed in lists else []


def test_titles_are_compared_by_their_words():
    assert similar(DOCUMENTS, "1") == [("2", ALIKE), ("3", ALIKE)]
    assert similar(DOCUMENTS, "2") == [("1", ALIKE)]


def test_what_nobody_bought_has_a_list_and_is_in_others():
    model = ContentKNN().fit(interactions("1", "1 2"), DOCUMENTS)
    lists = {ranked.seed: ranked for ranked in model.ranked(Publication())}
    assert lists["1"].orders == 2
    assert lists["1"].entries == [
        Entry("2", pytest.approx(ALIKE), 0),
        Entry("3", pytest.approx(ALIKE), 0),
    ]
    assert lists["3"].orders == 0


def test_fields_weigh_as_told():
    # The titles have nothing in common, the one category everything: 3 · 1 / (1 + 3)
    documents = [
        ProductDoc("1", "cup", categories=("Tea",)),
        ProductDoc("2", "pot", categories=("Tea",)),
    ]
    assert similar(documents, "1", title_weight=1, category_weight=3) == [("2", 3 / 4)]


def test_an_empty_field_takes_nothing_from_the_others():
    # ‖1‖² = 1 + 3, ‖2‖² = 3: 3 / √(4 · 3)
    documents = [
        ProductDoc("1", "cup", categories=("Tea",)),
        ProductDoc("2", "", categories=("Tea",)),
    ]
    assert similar(documents, "1", title_weight=1, category_weight=3) == [("2", 3 / 12**0.5)]


def test_attributes_are_compared_with_their_names():
    documents = [
        ProductDoc("1", "", attributes={"colour": "orange"}),
        ProductDoc("2", "", attributes={"colour": "orange"}),
        ProductDoc("3", "", attributes={"taste": "orange"}),
    ]
    assert similar(documents, "1") == [("2", 1)]


def test_near_prices_share_both_bands_and_those_a_little_further_one():
    assert price_bands(10) == price_bands(10.5)
    assert len(set(price_bands(10)) & set(price_bands(11.5))) == 1
    assert not set(price_bands(10)) & set(price_bands(20))


@pytest.mark.parametrize("price", [None, 0, -1.0, float("nan"), float("inf")])
def test_what_is_no_price_is_in_no_band(price):
    assert price_bands(price) == []


def test_a_price_in_common_is_no_likeness_yet():
    # 0.25 / 1.25 of the length is the price: S = 0.2
    documents = [ProductDoc("1", "cup", price=10), ProductDoc("2", "pot", price=10)]
    assert similar(documents, "1", min_similarity=0.2001) == []
    assert similar(documents, "1", min_similarity=0.1999) == [("2", 0.2)]


def test_terms_of_very_many_products_are_left_out():
    # "shop" is in all 60 titles, each number in two
    documents = [ProductDoc(str(i), f"shop n{i // 2}") for i in range(60)]
    assert similar(documents, "6") == [("7", 1)]


def test_without_documents_there_are_no_lists():
    assert list(ContentKNN().fit(interactions("a b"), ()).ranked(Publication())) == []


def test_a_product_without_a_document_is_in_no_list():
    assert similar(DOCUMENTS, "4", "4 1") == []
    assert ("4", 0) not in similar(DOCUMENTS, "1", "4 1", min_similarity=0)


class TestExplain:
    MODEL = ContentKNN().fit(
        interactions("green"),
        (
            ProductDoc("green", "Green tea", "Loose tea", ("Tea",), {"origin": "Japan"}, 10),
            ProductDoc("black", "Black tea", "Loose leaves", ("Tea",), {"origin": "Japan"}, 99),
            ProductDoc("cup", "Cup", "", ("Cups",)),
        ),
    )

    def test_it_names_what_is_shared_what_says_most_first(self):
        found = self.MODEL.explain("green", "black")
        assert found[:2] == ["Tea", "origin: Japan"]
        assert set(found[2:]) == {"tea", "loose"}

    def test_it_gives_no_more_than_asked(self):
        assert self.MODEL.explain("green", "black", limit=1) == ["Tea"]

    @pytest.mark.parametrize("other", ["cup", "unknown"])
    def test_nothing_in_common_is_nothing_to_say(self, other):
        assert self.MODEL.explain("green", other) == []


@pytest.mark.parametrize("parameter", [{"title_weight": -1}, {"min_similarity": 1}])
def test_a_number_outside_its_range_is_refused(parameter):
    (name,) = parameter
    with pytest.raises(InvalidArgument, match=f"{name} .*: legal are numbers in"):
        ContentKNN(**parameter).fit(interactions("a b"), ())
