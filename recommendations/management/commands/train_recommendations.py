"""Trains a version in the foreground, with progress, and says what came of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from recommendations.exceptions import RecommendationsError
from recommendations.management.console import console_for
from recommendations.models import TRAINED, ModelVersion, RunStatus
from recommendations.services.progress import Listener
from recommendations.services.sentences import read
from recommendations.services.training import train, train_all


class Command(BaseCommand):
    help = "Trains a new model version and publishes it if it passes the gate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--surface", help=f"One of {', '.join(TRAINED)}; all of them if none is named."
        )
        parser.add_argument("--scope", default="default")
        parser.add_argument("--force", action="store_true", help="Publish whatever the gate says.")

    def handle(self, *args: Any, **options: Any) -> None:
        console = console_for(self.stdout)
        columns = (TextColumn("{task.description:16}"), BarColumn(), TaskProgressColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
            task = bar.add_task("starting", total=1.0)
            try:
                versions = self._train(
                    options,
                    lambda phase, share: bar.update(task, description=phase, completed=share),
                )
            except RecommendationsError as error:
                raise CommandError(str(error)) from error
        for version in versions:
            console.print(summary(version))

    def _train(self, options: dict[str, Any], listener: Listener) -> list[ModelVersion]:
        surface, scope, force = options["surface"], options["scope"], options["force"]
        if surface is None:
            return train_all(scope, force=force, listener=listener)
        return [train(surface, scope, force=force, listener=listener)]


def summary(version: ModelVersion) -> str:
    """What a run came to, in a few lines."""
    if version.status == RunStatus.REJECTED:
        verdict = read(version.metrics["verdict"])
        published = f"Not published. {verdict} Publish it with --force or in admin."
    else:
        published = "Published." if version.lists else "Not published: there is nothing to list."
    surface = version.get_surface_display()
    return (
        f"{version}, {surface}: {version.model} from {version.orders:,} orders of "
        f"{version.items:,} products, {version.lists:,} lists.\n{quality(version)}\n{published}"
    )


def quality(version: ModelVersion) -> str:
    """How good it is, beside popularity."""
    figures = version.metrics
    if "model" not in figures:
        return f"Quality not measured: {read(figures['note'])}."
    model, popular = figures["model"]["ndcg@10"], figures["popularity"]["ndcg@10"]
    return (
        f"nDCG@10 {model:.4f} against {popular:.4f} of popularity "
        f"({figures['cases']:,} baskets of the hold-out, split {figures['split']})."
    )
