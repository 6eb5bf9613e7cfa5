"""Whatever happened to the bytes, they are whole or refused."""

import io

import numpy as np
import pytest

from recommendations.engine.artifacts import FORMAT, checksum, pack, unpack
from recommendations.exceptions import BadArtifact

ARRAYS = {"orders": np.arange(5, dtype=np.uint64), "days": np.array([1.5, np.nan])}


def test_arrays_come_back_as_they_were():
    data = pack(ARRAYS)
    found = unpack(data, checksum(data), ARRAYS)
    assert list(found) == ["orders", "days"]
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("place", [0, 60, -1])
def test_a_flipped_bit_is_refused(place):
    data = bytearray(pack(ARRAYS))
    right = checksum(bytes(data))
    data[place] ^= 1
    with pytest.raises(BadArtifact, match="checksum"):
        unpack(bytes(data), right, ARRAYS)


def saved(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def huge_header() -> bytes:
    """An array that says it holds 80 GB."""
    data = saved(format=np.array(FORMAT), orders=np.zeros(321), days=np.zeros(1))
    honest, lying = b"(321,), }        ", b"(32100000000,), }"
    assert data.count(honest) == 1
    return data.replace(honest, lying)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 half an archive",
        pack(ARRAYS)[:-30],
        huge_header(),
        saved(**ARRAYS),
        saved(format=np.array(FORMAT + 1), **ARRAYS),
        saved(format=np.array([FORMAT]), **ARRAYS),
        pack({"orders": ARRAYS["orders"]}),
        pack(ARRAYS | {"more": np.zeros(1)}),
        saved(format=np.array(FORMAT), orders=np.array([{}], dtype=object), days=np.zeros(1)),
    ],
    ids=[
        "empty", "torn", "truncated", "huge", "no format", "other format", "odd format",
        "a name too few", "a name too many", "pickled",
    ],
)  # fmt: skip
def test_what_is_no_artifact_is_refused_with_the_right_checksum_too(data):
    with pytest.raises(BadArtifact, match="no npz"):
        unpack(data, checksum(data), ARRAYS)
