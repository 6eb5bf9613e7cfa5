"""Compares models on held-out orders of the store: a table here, everything in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from recommendations.conf import get_settings, get_store
from recommendations.engine.bootstrap import Estimate
from recommendations.engine.interactions import Interactions, read_interactions
from recommendations.engine.metrics import CUTOFFS
from recommendations.engine.registry import MODELS
from recommendations.exceptions import InvalidArgument, NothingToLearn, RecommendationsError
from recommendations.management.console import console_for
from recommendations.services.comparison import PROTOCOLS, STEPS, Comparison, compare, make_plan
from recommendations.stores.base import Scope

#: Figure → its name in the table.
COLUMNS = {"ndcg": "nDCG", "recall": "Recall", "hit_rate": "HitRate", "mrr": "MRR"}


class Command(BaseCommand):
    help = "Compares models on held-out orders, the whole catalogue ranked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--models", help=f"By comma, of {', '.join(MODELS)}; without it the one in settings."
        )
        parser.add_argument(
            "--protocol", default="basket-completion", help=f"One of {', '.join(PROTOCOLS)}."
        )
        parser.add_argument(
            "--split",
            default="time:0.9",
            help="time:SHARE or random:SHARE, the share of the orders to learn from (time:0.9).",
        )
        parser.add_argument("--baseline", default="popularity", help="The model to compare with.")
        parser.add_argument(
            "--params", default="{}", metavar="JSON", help='Such as {"ease": {"max_items": 500}}.'
        )
        parser.add_argument("--cases", type=int, help="The most cases to ask about.")
        parser.add_argument(
            "--top",
            type=int,
            choices=CUTOFFS,
            default=10,
            help="How many of each answer the table looks at; the file has it for all of these.",
        )
        parser.add_argument("--scope", default="default")
        parser.add_argument("--json", type=Path, metavar="FILE", help="Where all figures go.")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path | None = options["json"]
        if target and not target.parent.is_dir():
            raise CommandError(f"--json {target}: there is no folder {target.parent}.")
        console = console_for(self.stdout)
        try:
            comparison = self._compare(options, console)
        except RecommendationsError as error:
            raise CommandError(str(error)) from error
        for part in comparison.config["parts"]:
            console.print(figures_table(comparison, part, options["top"]))
        console.print(breadth_table(comparison))
        if target:
            try:
                target.write_text(json.dumps(comparison.as_json(), indent=2, default=str) + "\n")
            except OSError as error:
                raise CommandError(f"--json {target}: {error}") from error

    def _compare(self, options: dict[str, Any], console: Console) -> Comparison:
        settings = get_settings()
        if options["scope"] not in settings.SCOPES:
            raise InvalidArgument(
                f"scope {options['scope']!r}: legal are {', '.join(settings.SCOPES)}."
            )
        cases = options["cases"]
        plan = make_plan(
            [name.strip() for name in (options["models"] or settings.MODEL).split(",")],
            protocol=options["protocol"],
            split=options["split"],
            baseline=options["baseline"],
            max_cases=settings.EVALUATION_BASKETS if cases is None else cases,
            params=_params(options["params"]),
        )
        scope = Scope(options["scope"])
        with Progress(console=console) as bar:
            interactions = _read(scope, bar, settings.MAX_BASKET_SIZE)
            task = bar.add_task("", total=len(plan.models))
            comparison = compare(
                plan,
                interactions,
                settings,
                documents=list(get_store().products(scope)),
                listener=lambda name, done: bar.update(task, description=name, completed=done),
            )
            bar.update(task, description="models", completed=len(plan.models))
        comparison.config["scope"] = scope.name
        return comparison


def _params(text: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        params = json.loads(text)
    except ValueError as error:
        raise InvalidArgument(f"params {text!r}: not JSON ({error}).") from error
    if not isinstance(params, dict) or not all(isinstance(one, dict) for one in params.values()):
        raise InvalidArgument(
            f'params {text!r}: legal is an object of objects, {{"model": {{"parameter": value}}}}.'
        )
    return params


def _read(scope: Scope, bar: Progress, max_basket_size: int) -> Interactions:
    store = get_store()
    lines = bar.track(
        store.order_lines(scope),
        total=max(store.count_order_lines(scope), 1),
        description="reading orders",
    )
    interactions = read_interactions(lines, max_basket_size)
    if interactions.n_baskets == 0:
        raise NothingToLearn("The store has no orders to learn from yet.")
    return interactions


def figures_table(comparison: Comparison, part: str, top: int) -> Table:
    """How good among the first `top`: means with their 95% intervals, and nDCG against the
    baseline."""
    config = comparison.config
    note = f" ({config['note']})" if "note" in config else ""
    asked = "" if part == "all" else f", {part} purchases only"
    table = Table(
        "Model", *(f"{name}@{top}" for name in COLUMNS.values()),
        f"nDCG@{top} against {config['baseline']}",
        title=f"{config['protocol']}{asked}: {config['parts'][part]:,} cases, "
        f"split {config['split']}{note}",
    )  # fmt: skip
    for name, result in comparison.models.items():
        figures, gain = result.figures[part], result.difference[part][f"ndcg@{top}"]
        against = "" if name == config["baseline"] else _estimate(gain, sign="+")
        shown = (_estimate(figures[f"{figure}@{top}"]) for figure in COLUMNS)
        table.add_row(name, *shown, against)
    return table


def breadth_table(comparison: Comparison) -> Table:
    """How much of the catalogue is shown, and how long it took."""
    table = Table(
        "Model", "Coverage", "Novelty (bits)", "Gini", *(f"{step.title()} (s)" for step in STEPS),
        title=f"Of the first {comparison.config['top']} of every answer",
    )  # fmt: skip
    for name, result in comparison.models.items():
        seconds = (f"{result.seconds[step]:.2f}" for step in STEPS)
        table.add_row(
            name, f"{result.coverage:.1%}", f"{result.novelty:.2f}", f"{result.gini:.3f}", *seconds
        )
    return table


def _estimate(one: Estimate, sign: str = "") -> str:
    return f"{one.mean:{sign}.4f} ({one.low:{sign}.4f} to {one.high:{sign}.4f})"
