"""What comes from the other process is read with care."""

from io import BytesIO

import numpy as np
import pytest

from zen_transformer.grading.frames import parse_npy, read_frame, write_frame


def npy(array: np.ndarray) -> bytes:
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_there_and_back():
    stream = BytesIO()
    arrays = [np.arange(6.0).reshape(2, 3).T, np.zeros((0, 4), np.int32), np.array(True)]
    write_frame(stream, {"is": "a test"}, arrays)
    write_frame(stream, {"is": "the last"}, [])
    stream.seek(0)
    fields, back = read_frame(stream, 10_000)
    assert fields == {"is": "a test"}
    for one, other in zip(arrays, back, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert read_frame(stream, 10_000) == ({"is": "the last"}, [])
    assert read_frame(stream, 10_000) is None


BROKEN = {
    "cut off": b"\0\0\0",
    "too long": (10**9).to_bytes(8),
    "shorter than it says": (100).to_bytes(8) + b"a",
    "no JSON": (12).to_bytes(8) + (4).to_bytes(8) + b"abcd",
    "a list": (10).to_bytes(8) + (2).to_bytes(8) + b"[]",
    "no sizes": (10).to_bytes(8) + (2).to_bytes(8) + b"{}",
    "deep": (200_008).to_bytes(8) + (200_000).to_bytes(8) + b"[" * 200_000,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_frame(data):
    with pytest.raises(ValueError):
        read_frame(BytesIO(data), 1_000_000)


def test_pickles_are_not_read():
    with pytest.raises(ValueError, match="array of object"):
        parse_npy(npy(np.array([print], object)))


def test_a_header_that_promises_more_than_there_is():
    with pytest.raises(ValueError, match="24 bytes for an array"):
        parse_npy(npy(np.zeros(3)).replace(b"(3,)", b"(9,)"))
