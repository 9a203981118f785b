"""The messages between the grader and the process with the student's code: JSON and arrays in
NumPy's .npy format, length first. Neither side can make the other run code.

    frame = length of the rest (8 bytes) · length of the JSON (8 bytes) · JSON · .npy · .npy · …
"""

import json
import math
from io import BytesIO
from typing import IO, Any

import numpy as np

LENGTH = 8
NOT_FINISHED = "a frame is not whole"


def write_frame(stream: IO[bytes], fields: dict[str, Any], arrays: list[np.ndarray]) -> None:
    """Write one frame and flush the stream."""
    files = [_npy(array) for array in arrays]
    text = json.dumps({**fields, "sizes": [len(file) for file in files]}).encode()
    body = b"".join([len(text).to_bytes(LENGTH), text, *files])
    stream.write(len(body).to_bytes(LENGTH) + body)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int) -> tuple[dict[str, Any], list[np.ndarray]] | None:
    """Read the fields and arrays of the next frame; None at the end.

    Raises:
        ValueError: the stream holds no frame, or one of more than `limit` bytes.
    """
    head = stream.read(LENGTH)
    if not head:
        return None
    length = int.from_bytes(head)
    if len(head) < LENGTH or length > limit:
        raise ValueError(NOT_FINISHED if length <= limit else f"a frame of {length} bytes")
    body = stream.read(length)
    if len(body) < length or length < LENGTH:
        raise ValueError(NOT_FINISHED)
    return _parsed(body)


def _parsed(body: bytes) -> tuple[dict[str, Any], list[np.ndarray]]:
    end = LENGTH + int.from_bytes(body[:LENGTH])
    try:
        fields = json.loads(body[LENGTH:end])
        sizes = fields.pop("sizes")
        arrays = []
        for size in map(int, sizes):
            arrays.append(parse_npy(body[end : end + size]))
            end += size
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no frame: {error}") from error
    return fields, arrays


def _npy(array: np.ndarray) -> bytes:
    file = BytesIO()
    np.lib.format.write_array(file, array, version=(1, 0), allow_pickle=False)
    return file.getvalue()


def parse_npy(file: bytes) -> np.ndarray:
    """Read an array from a .npy file whose header fits its length.

    Raises:
        ValueError: it is not such a file, or needs pickles.
    """
    stream = BytesIO(file)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("a .npy file of another version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    data = file[stream.tell() :]
    if dtype.hasobject or min(shape, default=0) < 0:
        raise ValueError(f"an array of {dtype} with shape {shape}")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"{len(data)} bytes for an array of {dtype} with shape {shape}")
    flat = np.frombuffer(data, dtype).copy() if data else np.zeros(math.prod(shape), dtype)
    return flat.reshape(shape, order="F" if fortran else "C")
