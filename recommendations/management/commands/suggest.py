"""Suggestions in the terminal, for one basket or for a file of baskets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.table import Table

from recommendations.conf import get_settings, get_store
from recommendations.exceptions import RecommendationsError
from recommendations.management.console import console_for
from recommendations.models import Surface
from recommendations.services.explaining import (
    DEPTH,
    FOR_PRODUCTS,
    Explanation,
    explain,
    known_keys,
    suggestion_json,
)
from recommendations.services.questions import Question
from recommendations.services.serving import answer
from recommendations.services.suggestions import Suggestion
from recommendations.stores.base import Scope

BASKETS_A_BATCH = 200


class Command(BaseCommand):
    help = "Suggests products for a basket of product keys (or SKUs)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "keys",
            nargs="*",
            metavar="KEY",
            help="The products in the basket; cart:ID stands for all that is in a cart.",
        )
        parser.add_argument("--first", type=int, default=4, help="How many suggestions (4).")
        parser.add_argument("--scope", default="default")
        parser.add_argument(
            "--surface", choices=[one.value for one in FOR_PRODUCTS], default=FOR_PRODUCTS[0].value
        )
        parser.add_argument("--json", action="store_true", help="Print JSON instead of a table.")
        parser.add_argument(
            "--explain", action="store_true", help="Also show what became of each candidate."
        )
        parser.add_argument(
            "--why",
            action="append",
            default=[],
            metavar="KEY",
            help="Also show what became of this product, wherever it stands; may be repeated.",
        )
        parser.add_argument(
            "--baskets", type=Path, metavar="FILE", help="JSON lines, each an array of keys."
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="Where answers to them go.")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["keys"]) == bool(options["baskets"]):
            raise CommandError("Give either product keys or --baskets FILE with --out FILE.")
        if bool(options["baskets"]) != bool(options["out"]):
            raise CommandError("--baskets FILE and --out FILE go together.")
        legal = get_settings().SCOPES
        if options["scope"] not in legal:
            raise CommandError(f"scope {options['scope']!r}: legal are {', '.join(legal)}.")
        try:
            if options["baskets"]:
                self._many(options)
            else:
                self._one(options)
        except RecommendationsError as error:
            raise CommandError(str(error)) from error

    def _one(self, options: dict[str, Any]) -> None:
        scope, first, surface = _where(options)
        basket = known_keys(options["keys"], scope)
        (found,) = answer(surface, [Question.of(basket)], first, scope=scope)
        explained = options["explain"] or options["why"]
        reasons = explain(basket, first, scope, DEPTH, options["why"], surface) if explained else []
        if options["json"]:
            shown = _json(basket, found.items)
            if explained:
                shown["candidates"] = [asdict(one) for one in reasons]
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        console = console_for(self.stdout)
        if found.version is None:
            console.print("No version is live yet: run train_recommendations.")
        console.print(suggestion_table(found.items))
        if explained:
            console.print(explanation_table(reasons))

    def _many(self, options: dict[str, Any]) -> None:
        """Writes beside the target and moves it there at the end: no half file after a bad line."""
        source, target = options["baskets"], options["out"]
        partial = target.with_name(target.name + ".partial")
        count = 0
        try:
            with source.open(encoding="utf-8") as lines, partial.open("w", encoding="utf-8") as out:
                baskets = _read_baskets(lines, source)
                while batch := list(islice(baskets, BASKETS_A_BATCH)):
                    for line in _answers(batch, *_where(options)):
                        out.write(line + "\n")
                    count += len(batch)
            partial.replace(target)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{source} → {target}: {error}") from error
        finally:
            partial.unlink(missing_ok=True)
        self.stdout.write(f"{count:,} baskets answered in {target}.")


def _read_baskets(lines: Any, source: Path) -> Iterator[list[str]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            basket = json.loads(line)
        except ValueError as error:
            raise CommandError(f"{source}, line {number}: not JSON ({error}).") from error
        if not isinstance(basket, list) or not all(isinstance(key, str) for key in basket):
            raise CommandError(f"{source}, line {number}: not a JSON array of product keys.")
        yield basket


def _where(options: dict[str, Any]) -> tuple[Scope, int, Surface]:
    return Scope(options["scope"]), options["first"], Surface(options["surface"])


def _answers(batch: list[list[str]], scope: Scope, first: int, surface: Surface) -> Iterator[str]:
    """Keys the store does not know any more stay in the basket and say nothing."""
    known = get_store().canonical_keys({key for basket in batch for key in basket}, scope)
    questions = [Question.of(known.get(key, key) for key in basket) for basket in batch]
    found = answer(surface, questions, first, scope=scope)
    for basket, one in zip(batch, found, strict=True):
        yield json.dumps(_json(basket, one.items), ensure_ascii=False)


def _json(basket: list[str], suggestions: tuple[Suggestion, ...]) -> dict[str, Any]:
    return {"basket": basket, "suggestions": [suggestion_json(one) for one in suggestions]}


def suggestion_table(suggestions: tuple[Suggestion, ...]) -> Table:
    table = Table("Suggestion", "Source", "Why", "Pair orders", "Confidence", "Lift")
    for one in suggestions:
        evidence = one.evidence
        figures = (
            (f"{evidence.pair_orders:,}", f"{evidence.confidence:.1%}", f"{evidence.lift:.1f}")
            if evidence
            else ("", "", "")
        )
        table.add_row(one.key, one.source.value, one.reason, *figures)
    return table


def explanation_table(explanations: list[Explanation]) -> Table:
    table = Table("#", "Candidate", "Title", "Score", "From", "Quality", "Rules", "Outcome")
    for one in explanations:
        shares = ", ".join(f"{seed} {part:.0%}" for seed, part in one.parts.items())
        table.add_row(
            str(one.rank or "–"),
            one.key,
            one.title,
            f"{one.score:.4g}",
            shares or ("popular" if one.rank else ""),
            f"× {one.quality:.2f}" if one.quality < 1 else "",
            ", ".join(one.rules),
            one.outcome.value,
        )
    return table
