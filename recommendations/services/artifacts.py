"""Arrays that belong to a version, in the database: no server has to share files with another."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy.typing as npt

from recommendations.engine.artifacts import Arrays, checksum, pack, unpack
from recommendations.exceptions import BadArtifact
from recommendations.models import ArtifactPart, ModelVersion

#: Escaped, a piece takes up to twice as much: below the packet size of MariaDB, 16 MB.
PIECE = 4 * 2**20
MAX_PIECES = 256


def save(version: ModelVersion, name: str, arrays: Arrays) -> None:
    """In place of what the version had of that name. Raises `BadArtifact` above 1 GB."""
    data = pack(arrays)
    pieces = range(0, len(data), PIECE)
    if len(pieces) > MAX_PIECES:
        raise BadArtifact(f"{len(data)} bytes are more than an artifact may have.")
    whole = checksum(data)
    ArtifactPart.objects.filter(version=version, name=name).delete()
    for number, start in enumerate(pieces):
        piece = data[start : start + PIECE]
        ArtifactPart.objects.create(
            version=version, name=name, number=number, checksum=whole, data=piece
        )


def load(
    version: ModelVersion, name: str, arrays: Collection[str]
) -> dict[str, npt.NDArray[Any]] | None:
    """The arrays of these names, None where nothing was saved. Raises `BadArtifact`."""
    parts = ArtifactPart.objects.filter(version=version, name=name).order_by("number")
    if parts.count() > MAX_PIECES:
        raise BadArtifact(f"{name!r} of {version} has more pieces than an artifact may have.")
    rows = list(parts.values_list("data", "checksum"))
    if not rows:
        return None
    return unpack(b"".join(piece for piece, _ in rows), rows[0][1], arrays)
