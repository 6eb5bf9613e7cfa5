"""The queries of docs/graphql.md, asked."""

from tests import factories
from tests.documents import blocks
from tests.shop.graphql.conftest import global_id


def test_every_query_is_answered(api, trained):
    cart = factories.cart([(trained[0].variants.get(), 1)])
    cart_page, home_page, product_page, any_basket, add, ask = (
        block.text for block in blocks("graphql.md", "graphql")
    )
    edges = api(cart_page, cartId=global_id(cart))["cart"]["frequentlyBoughtWith"]["edges"]
    assert edges[0]["becauseOf"] == [{"title": "Product P00"}]
    best = edges[0]["node"]["title"]

    home = api(home_page)
    assert home["recommendedForYou"]["edges"][0]["source"] == "POPULAR"
    assert len(home["trending"]["nodes"]) == 12
    assert {edge["source"] for edge in home["recentlyViewed"]["edges"]} == {"POPULAR"}

    product = api(product_page, productId=global_id(trained[0]))["product"]
    assert product["frequentlyBoughtWith"]["nodes"][0]["title"] == best

    basket = api(any_basket, productIds=[global_id(trained[0])])["suggestions"]
    assert basket["nodes"][0]["title"] == best

    merchandise = global_id(trained[1].variants.get())
    added = api(add, cartId=global_id(cart), merchandiseId=merchandise)["cartLinesAdd"]
    assert added == {"cart": {"totalQuantity": 2}, "userErrors": []}

    ann = factories.customer()
    order = factories.order(["P00", "P01"], customer=ann)
    api.client.force_login(ann.user)
    asked = api(ask, orderId=global_id(order), productId=global_id(trained[1]))["ticketOpen"]
    assert (asked["ticket"]["productCode"], asked["userErrors"]) == (trained[1].code, [])
