"""Which version is live: one pointer, moved in one transaction, forward or back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connections, router, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from recommendations.conf import get_settings
from recommendations.engine.base import ListKind, Ranked
from recommendations.exceptions import VersionNotPublishable
from recommendations.models import (
    Arm,
    ArtifactPart,
    LiveVersion,
    ModelVersion,
    RankedList,
    RunStatus,
    Surface,
)

LISTS_A_BATCH = 500


def live_version(surface: str, scope: str) -> ModelVersion | None:
    return ModelVersion.objects.filter(live_at__surface=surface, live_at__scope=scope).first()


def write_lists(version: ModelVersion, lists: Iterable[Ranked]) -> Iterator[int]:
    """Writes the lists of a version that is not live yet; yields how many stand by then."""
    written = 0
    lists = iter(lists)
    while batch := list(islice(lists, LISTS_A_BATCH)):
        _insert(version, batch)
        written += len(batch)
        yield written


def stored_lists(version: ModelVersion, seeds: Iterable[str]) -> Iterator[Ranked]:
    """The item lists of these seeds, where there are any, as they were written."""
    rows = version.ranked_lists.filter(kind=ListKind.ITEM, seed_key__in=list(seeds))
    for seed, orders, columns in rows.values_list("seed_key", "orders", "entries"):
        yield Ranked(ListKind.ITEM, seed, orders, *columns)


def replace_lists(version: ModelVersion, lists: Sequence[Ranked]) -> None:
    """Writes item lists in place of those of the same seeds, and the global ones in place of all
    there are; an empty list of no orders goes. To be called in a transaction: whoever reads has
    the old or the new."""
    version.ranked_lists.filter(kind=ListKind.GLOBAL).delete()
    seeds = (ranked.seed for ranked in lists if ranked.kind == ListKind.ITEM)
    while batch := list(islice(seeds, LISTS_A_BATCH)):
        version.ranked_lists.filter(kind=ListKind.ITEM, seed_key__in=batch).delete()
    for _written in write_lists(version, (one for one in lists if one.orders or one.keys)):
        pass


def promote(version: ModelVersion) -> None:
    """Makes a version live. Raises `VersionNotPublishable` where it has no finished lists."""
    with transaction.atomic():
        locked = ModelVersion.objects.select_for_update().get(pk=version.pk)
        if locked.status not in (RunStatus.READY, RunStatus.REJECTED) or not locked.lists:
            text = _("%(version)s has no finished lists. Status: %(status)s.")
            values = {"version": version, "status": locked.get_status_display()}
            raise VersionNotPublishable(text % values)
        locked.published_at = locked.published_at or timezone.now()
        locked.save(update_fields=["published_at"])
        LiveVersion.objects.update_or_create(
            surface=locked.surface, scope=locked.scope, defaults={"version": locked}
        )


def roll_back(surface: str, scope: str) -> ModelVersion:
    """Makes the version live that was published before the live one, and returns it."""
    with transaction.atomic():
        live = LiveVersion.objects.select_for_update().filter(surface=surface, scope=scope).first()
        before = _published(surface, scope).filter(pk__lt=live.version_id if live else 0)
        earlier = before.first()
        if earlier is None:
            text = _("%(surface)s in %(scope)s has no earlier version to go back to.")
            named = dict(Surface.choices).get(surface, surface)
            raise VersionNotPublishable(text % {"surface": named, "scope": scope})
        promote(earlier)
    return earlier


def prune(surface: str, scope: str) -> None:
    """Drops the lists of versions that nothing shows and that are too old for a roll back; their
    figures stay."""
    live = live_version(surface, scope)
    arms = Arm.objects.filter(version__isnull=False, experiment__ended_at__isnull=True)
    kept = {
        *_published(surface, scope).values_list("pk", flat=True)[: get_settings().KEEP_VERSIONS],
        *arms.values_list("version", flat=True),
        *([live.pk] if live else []),
    }
    old = ModelVersion.objects.filter(surface=surface, scope=scope, lists__gt=0)
    for version in old.exclude(status=RunStatus.RUNNING).exclude(pk__in=kept):
        drop_lists(version)


def drop_lists(version: ModelVersion) -> None:
    """Deletes in steps, so that no statement runs long on a large catalogue; what refreshes of
    these lists need goes with them."""
    ModelVersion.objects.filter(pk=version.pk).update(lists=0)
    ArtifactPart.objects.filter(version=version).delete()
    while ids := list(version.ranked_lists.values_list("pk", flat=True)[: LISTS_A_BATCH * 4]):
        RankedList.objects.filter(pk__in=ids).delete()


def _published(surface: str, scope: str) -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(
        surface=surface, scope=scope, published_at__isnull=False, lists__gt=0
    ).order_by("-pk")


def _insert(version: ModelVersion, lists: Iterable[Ranked]) -> None:
    """By `COPY` where the driver has it, which is psycopg's: a quarter of the time of `INSERT`,
    for which the quotes in arrays of JSON are escaped one by one."""
    rows = (
        (version.pk, str(ranked.kind), ranked.seed, ranked.orders, _columns(ranked))
        for ranked in lists
    )
    names = ("version_id", "kind", "seed_key", "orders", "entries")
    connection = connections[router.db_for_write(RankedList)]
    with connection.cursor() as cursor:
        if hasattr(cursor, "copy"):
            table = f"{RankedList._meta.db_table} ({', '.join(names)})"
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} FROM STDIN") as into:
                for *row, columns in rows:
                    into.write_row((*row, json.dumps(columns)))
            return
    RankedList.objects.bulk_create(RankedList(**dict(zip(names, row, strict=True))) for row in rows)


def _columns(ranked: Ranked) -> list[list[Any]]:
    """Six significant digits order the list as well as sixteen, in half the bytes."""
    rounded = [float(f"{score:.6g}") for score in ranked.scores]
    return [ranked.keys, rounded, ranked.pair_orders]
