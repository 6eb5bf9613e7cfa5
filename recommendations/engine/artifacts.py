"""Arrays as bytes and back: what was damaged or made up is refused, never half read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from recommendations.exceptions import BadArtifact

Arrays = Mapping[str, npt.NDArray[Any]]
FORMAT = 1


def pack(arrays: Arrays) -> bytes:
    """An uncompressed npz of these arrays and the number of the format."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, format=np.array(FORMAT), **arrays)
    return buffer.getvalue()


def checksum(data: bytes) -> str:
    return sha256(data).hexdigest()


def unpack(data: bytes, expected: str, names: Collection[str]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of these names. Raises `BadArtifact` where the SHA-256 is not the expected one,
    and for anything that is not an npz of this format with just these arrays."""
    if checksum(data) != expected:
        raise BadArtifact(f"{len(data)} bytes do not have the checksum they were stored with.")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        raise BadArtifact(f"This is no npz: {error}") from error
    version = found.pop("format", None)
    if version is None or version.shape != () or version != FORMAT or set(found) != set(names):
        raise BadArtifact(f"This is no npz of format {FORMAT} with {', '.join(sorted(names))}.")
    return found
