from django.contrib import admin
from django.urls import include, path
from strawberry.django.views import GraphQLView

from tests.projects.plugin_only.toystore.schema import schema

urlpatterns = [
    path("admin/", admin.site.urls),
    path("graphql/", GraphQLView.as_view(schema=schema)),
    path("recommendations/", include("recommendations.urls")),
]
