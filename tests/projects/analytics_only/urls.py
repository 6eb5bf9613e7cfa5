from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path
from strawberry.django.views import AsyncGraphQLView, GraphQLView

from tests.projects.analytics_only.schema import schema


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>Hello</h1>")


urlpatterns = [
    path("", page),
    path("admin/", admin.site.urls),
    path("graphql/", GraphQLView.as_view(schema=schema)),
    path("graphql-async/", AsyncGraphQLView.as_view(schema=schema)),
]
