"""Trains a version in the foreground, with progress, and says what came of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from recommendations.exceptions import RecommendationsError
from recommendations.management.console import console_for
from recommendations.models import ModelVersion, RunStatus, Surface
from recommendations.services.training import train


class Command(BaseCommand):
    help = "Trains a new model version and publishes it if it passes the gate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--surface", default=Surface.FREQUENTLY_BOUGHT_WITH)
        parser.add_argument("--scope", default="default")
        parser.add_argument("--force", action="store_true", help="Publish whatever the gate says.")

    def handle(self, *args: Any, **options: Any) -> None:
        console = console_for(self.stdout)
        columns = (TextColumn("{task.description:16}"), BarColumn(), TaskProgressColumn())
        with Progress(*columns, TimeElapsedColumn(), console=console) as bar:
            task = bar.add_task("starting", total=1.0)
            try:
                version = train(
                    options["surface"],
                    options["scope"],
                    force=options["force"],
                    listener=lambda phase, share: bar.update(
                        task, description=phase, completed=share
                    ),
                )
            except RecommendationsError as error:
                raise CommandError(str(error)) from error
        console.print(summary(version))


def summary(version: ModelVersion) -> str:
    """What a run came to, in three lines."""
    published = (
        f"Not published. {version.metrics['verdict']} Publish it with --force or in admin."
        if version.status == RunStatus.REJECTED
        else "Published."
    )
    return (
        f"{version}: {version.model} from {version.orders:,} orders of {version.items:,} products, "
        f"{version.lists:,} lists.\n{quality(version)}\n{published}"
    )


def quality(version: ModelVersion) -> str:
    """How good it is, beside popularity."""
    figures = version.metrics
    if "model" not in figures:
        return f"Quality not measured: {figures['note']}."
    model, popular = figures["model"]["ndcg@10"], figures["popularity"]["ndcg@10"]
    return (
        f"nDCG@10 {model:.4f} against {popular:.4f} of popularity "
        f"({figures['cases']:,} baskets of the hold-out, split {figures['split']})."
    )
