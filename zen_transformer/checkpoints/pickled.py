"""PyTorch's `pytorch_model.bin`, read without running anything that it says.

Such a file is a pickle: instructions that build objects by calling whatever they name, be it
`os.system`. Weights need only these:

    collections.OrderedDict()                                      names and tensors
    torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)
    torch._utils._rebuild_parameter(tensor, …)
    torch.FloatStorage and its like                                the type of a storage's numbers

In their place stands what only notes down what was asked for. Any other name is an error.

A tensor is a window on a storage, a row of numbers: its element (i, j) is the storage's number
offset + i·stride_0 + j·stride_1. Tied weights are two windows on one storage.

The pickle and each storage are files in a zip archive; before PyTorch 1.6 they stood one behind
the other.
"""

import pickle
import zipfile
from collections import OrderedDict
from io import BufferedIOBase, BufferedReader, BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np

from zen_transformer.errors import UserError

STORAGES: dict[str, Any] = {
    "DoubleStorage": np.float64,
    "FloatStorage": np.float32,
    "HalfStorage": np.float16,
    "BFloat16Storage": ml_dtypes.bfloat16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ShortStorage": np.int16,
    "CharStorage": np.int8,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
}
ZIP, OLD = b"PK\x03\x04", 0x1950A86A20F9469CFC6C
"""How a zip archive begins, and the first number of what came before."""


def read_pickled(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a file that `torch.save` wrote, by their names.

    Raises:
        UserError: the file is damaged, holds something else, or wants to call a function.
    """
    try:
        with path.open("rb") as file:
            is_zip = file.read(len(ZIP)) == ZIP
            file.seek(0)
            windows, storages = (_read_zip if is_zip else _read_old)(file)
        return {name: _look_through(window, storages) for name, window in windows.items()}
    except UserError as error:
        raise UserError(
            f"{path} {error}: open it in transformers, if you trust it, and save it again by "
            "save_pretrained, which writes model.safetensors"
        ) from error
    except Exception as error:  # whatever can happen between a pickle's bytes
        raise UserError(
            f"{path} is damaged or was not written by PyTorch: {type(error).__name__}: {error}; "
            "copy it or fetch it once more"
        ) from error


class Storage(NamedTuple):
    """What the pickle says about a storage. Its numbers are elsewhere."""

    kind: str
    key: str
    length: int

    def numbers(self, content: bytes) -> np.ndarray:
        """Its bytes as numbers."""
        row = np.frombuffer(content, STORAGES[self.kind])
        if len(row) != self.length:
            raise ValueError(f"storage {self.key} has {len(row)} numbers, not {self.length}")
        return row


class Window(NamedTuple):
    """A tensor: which numbers of its storage."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class _RebuildTensor:
    # Pickles can set attributes, too. Without a `__dict__` there is none to set.
    __slots__ = ()

    def __call__(self, storage, offset, size, stride, *rest) -> Window:
        return Window(storage, offset, tuple(size), tuple(stride))


class _RebuildParameter:
    __slots__ = ()

    def __call__(self, tensor, *rest) -> Window:
        return tensor


ALLOWED: dict[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    "torch._utils._rebuild_tensor_v2": _RebuildTensor(),
    "torch._utils._rebuild_parameter": _RebuildParameter(),
    **{f"torch.{kind}": kind for kind in STORAGES},
}


class _Unpickler(pickle.Unpickler):
    """Knows the allowed names only, and notes down which storages were named."""

    def __init__(self, file: BufferedIOBase):
        super().__init__(file)
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" not in ALLOWED:
            raise UserError(f"wants to call {f'{module}.{name}'!r}, which no weights need")
        return ALLOWED[f"{module}.{name}"]

    def persistent_load(self, pid: Any) -> Storage:
        _, kind, key, _, length, *views = pid
        if any(view is not None for view in views):
            raise UserError("has views of storages, which are not read here")
        storage = Storage(kind, key, length)
        return self.storages.setdefault(key, storage)


Content = tuple[dict[str, Window], dict[str, np.ndarray]]
"""The tensors by their names, and the numbers of the storages by their keys."""


def _read_zip(file: BufferedReader) -> Content:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        root = next(name for name in names if name.endswith("/data.pkl")).removesuffix("data.pkl")
        if f"{root}byteorder" in names:
            _check_byte_order(archive.read(f"{root}byteorder") == b"little")
        unpickler = _Unpickler(BytesIO(archive.read(f"{root}data.pkl")))
        windows = _windows(unpickler.load())
        return windows, {
            key: storage.numbers(archive.read(f"{root}data/{key}"))
            for key, storage in unpickler.storages.items()
        }


def _read_old(file: BufferedReader) -> Content:
    if _Unpickler(file).load() != OLD:
        raise ValueError("it begins like no file of PyTorch's")
    _Unpickler(file).load()  # the format's version, always the same
    _check_byte_order(_Unpickler(file).load()["little_endian"])
    unpickler = _Unpickler(file)
    windows = _windows(unpickler.load())
    storages = {}
    for key in _Unpickler(file).load():
        storage = unpickler.storages[key]
        size = int.from_bytes(file.read(8), "little") * np.dtype(STORAGES[storage.kind]).itemsize
        storages[key] = storage.numbers(file.read(size))
    return windows, storages


def _check_byte_order(little: bool) -> None:
    if not little:
        raise UserError("has the bytes of its numbers in the other order")


def _windows(loaded: Any) -> dict[str, Window]:
    """What the pickle built, which should be names and tensors."""
    if not isinstance(loaded, dict):
        raise UserError(f"holds no tensors by their names but {type(loaded).__name__}")
    for name, value in dict.items(loaded):
        if not isinstance(name, str) or not isinstance(value, Window):
            raise UserError(f"holds {name!r:.60}, which is no tensor")
    return dict(dict.items(loaded))


def _look_through(window: Window, storages: dict[str, np.ndarray]) -> np.ndarray:
    """The numbers that the window shows; no copy is made."""
    row, offset = storages[window.storage.key], window.offset
    steps = list(zip(window.size, window.stride, strict=True))
    last = offset + sum((count - 1) * stride for count, stride in steps)
    if min(offset, *window.size, *window.stride, 0) < 0 or (all(window.size) and last >= len(row)):
        raise ValueError("a tensor reaches beyond its storage")
    strides = [stride * row.itemsize for stride in window.stride]
    return np.lib.stride_tricks.as_strided(row[offset:], window.size, strides, writeable=False)
