from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import path

from shop.graphql.schema import schema
from shop.graphql.view import GraphQLView
from shop.storefront.views import Login, Storefront

admin.site.site_header = admin.site.site_title = "Boughtwith shop"
admin.site.index_title = "Overview"

urlpatterns = [
    path("", Storefront.as_view(), name="storefront"),
    path("login/", Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("graphql/", GraphQLView.as_view(schema=schema), name="graphql"),
    path("admin/", admin.site.urls),
]
