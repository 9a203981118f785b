"""PyTorch's `pytorch_model.bin`, read without executing any code that it names.

Such a file is a pickle: instructions that build objects by calling any function they name, be it
`os.system`. Weights need only these:

    collections.OrderedDict()                                      names and tensors
    torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)
    torch._utils._rebuild_parameter(tensor, …)
    torch.FloatStorage and similar names                           the number type of a storage

They are replaced by objects that only record their arguments. Any other name is an error.

A tensor is a view of a storage, a one-dimensional array: its element (i, j) is the storage's
element offset + i·stride_0 + j·stride_1. Tied weights are two views of one storage.

The pickle and the storages are files in a zip archive; before PyTorch 1.6 they were concatenated in
one file.
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
"""The first bytes of a zip archive, and the first number of the format before it."""


def read_pickled(path: Path) -> dict[str, np.ndarray]:
    """Read the tensors, by name, of a file that `torch.save` wrote.

    Raises:
        UserError: the file is damaged, holds something else, or names another function.
    """
    try:
        with path.open("rb") as file:
            is_zip = file.read(len(ZIP)) == ZIP
            file.seek(0)
            views, storages = (_read_zip if is_zip else _read_old)(file)
        return {name: _read_view(view, storages) for name, view in views.items()}
    except UserError as error:
        raise UserError(
            f"{path} {error}: open it in transformers, if you trust it, and save it again by "
            "save_pretrained, which writes model.safetensors"
        ) from error
    except Exception as error:  # damaged pickles raise errors of many types
        raise UserError(
            f"{path} is damaged or was not written by PyTorch: {type(error).__name__}: {error}; "
            "copy it or fetch it once more"
        ) from error


class Storage(NamedTuple):
    """The type, key and length of a storage as recorded in the pickle; its bytes are elsewhere."""

    kind: str
    key: str
    length: int

    def numbers(self, content: bytes) -> np.ndarray:
        """Convert the bytes of the storage to an array."""
        array = np.frombuffer(content, STORAGES[self.kind])
        if len(array) != self.length:
            raise ValueError(f"storage {self.key} has {len(array)} numbers, not {self.length}")
        return array


class TensorView(NamedTuple):
    """A tensor as a view of its storage."""

    storage: Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class _RebuildTensor:
    # Pickles can set attributes of objects; without a `__dict__` there are none.
    __slots__ = ()

    def __call__(self, storage, offset, size, stride, *rest) -> TensorView:
        return TensorView(storage, offset, tuple(size), tuple(stride))


class _RebuildParameter:
    __slots__ = ()

    def __call__(self, tensor, *rest) -> TensorView:
        return tensor


ALLOWED: dict[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    "torch._utils._rebuild_tensor_v2": _RebuildTensor(),
    "torch._utils._rebuild_parameter": _RebuildParameter(),
    **{f"torch.{kind}": kind for kind in STORAGES},
}


class _Unpickler(pickle.Unpickler):
    """Resolves the allowed names only, and records the storages that are named."""

    def __init__(self, file: BufferedIOBase):
        super().__init__(file)
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" not in ALLOWED:
            raise UserError(f"wants to call {f'{module}.{name}'!r}, which no weights need")
        return ALLOWED[f"{module}.{name}"]

    def persistent_load(self, pid: Any) -> Storage:
        _, kind, key, _, length, *rest = pid
        if any(part is not None for part in rest):
            raise UserError("has views of storages, which are not read here")
        storage = Storage(kind, key, length)
        return self.storages.setdefault(key, storage)


Content = tuple[dict[str, TensorView], dict[str, np.ndarray]]
"""The tensors by name, and the arrays of the storages by key."""


def _read_zip(file: BufferedReader) -> Content:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        root = next(name for name in names if name.endswith("/data.pkl")).removesuffix("data.pkl")
        if f"{root}byteorder" in names:
            _check_byte_order(archive.read(f"{root}byteorder") == b"little")
        unpickler = _Unpickler(BytesIO(archive.read(f"{root}data.pkl")))
        views = _check_views(unpickler.load())
        return views, {
            key: storage.numbers(archive.read(f"{root}data/{key}"))
            for key, storage in unpickler.storages.items()
        }


def _read_old(file: BufferedReader) -> Content:
    if _Unpickler(file).load() != OLD:
        raise ValueError("it begins like no file of PyTorch's")
    _Unpickler(file).load()  # the format's version, always the same
    _check_byte_order(_Unpickler(file).load()["little_endian"])
    unpickler = _Unpickler(file)
    views = _check_views(unpickler.load())
    storages = {}
    for key in _Unpickler(file).load():
        storage = unpickler.storages[key]
        size = int.from_bytes(file.read(8), "little") * np.dtype(STORAGES[storage.kind]).itemsize
        storages[key] = storage.numbers(file.read(size))
    return views, storages


def _check_byte_order(little: bool) -> None:
    if not little:
        raise UserError("has the bytes of its numbers in the other order")


def _check_views(loaded: Any) -> dict[str, TensorView]:
    """Check that the object built from the pickle is a dict of tensors by name."""
    if not isinstance(loaded, dict):
        raise UserError(f"holds no tensors by their names but {type(loaded).__name__}")
    for name, value in dict.items(loaded):
        if not isinstance(name, str) or not isinstance(value, TensorView):
            raise UserError(f"holds {name!r:.60}, which is no tensor")
    return dict(dict.items(loaded))


def _read_view(view: TensorView, storages: dict[str, np.ndarray]) -> np.ndarray:
    """Return the array of a view, without a copy."""
    array, offset = storages[view.storage.key], view.offset
    axes = list(zip(view.size, view.stride, strict=True))
    last = offset + sum((count - 1) * stride for count, stride in axes)
    if min(offset, *view.size, *view.stride, 0) < 0 or (all(view.size) and last >= len(array)):
        raise ValueError("a tensor reaches beyond its storage")
    strides = [stride * array.itemsize for stride in view.stride]
    return np.lib.stride_tricks.as_strided(array[offset:], view.size, strides, writeable=False)
