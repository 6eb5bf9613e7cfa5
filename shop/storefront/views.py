"""The demo page: a plain storefront that talks to the GraphQL API as any front end would."""

from django.contrib.auth.views import LoginView
from django.views.generic import TemplateView


class Storefront(TemplateView):
    template_name = "storefront/index.html"


class Login(LoginView):
    template_name = "storefront/login.html"
    redirect_authenticated_user = True
