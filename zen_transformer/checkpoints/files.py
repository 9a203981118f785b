"""Folders in HuggingFace's layout: `config.json` and `model.safetensors`.

The weights of large models are split into several such files, the shards, and
`model.safetensors.index.json` has the shard of each tensor. Older models have `pytorch_model.bin`
instead, in one file or in shards with such an index.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from zen_transformer.checkpoints.layouts import Layout
from zen_transformer.checkpoints.names import file_tensors
from zen_transformer.checkpoints.pickled import read_pickled
from zen_transformer.errors import UserError
from zen_transformer.files import atomic_folder, atomic_write, read_json, write_text

CONFIG, WEIGHTS = "config.json", "model.safetensors"
PICKLED = "pytorch_model.bin"


def read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read the fields of the config and the tensors by HuggingFace's names.

    Raises:
        UserError: a file is missing or damaged.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; give one with {CONFIG} and {WEIGHTS}")
    if not (folder / CONFIG).is_file():
        raise UserError(f"{folder} is no checkpoint: it has no {CONFIG}")
    fields = read_json(folder / CONFIG)
    for name in (WEIGHTS, PICKLED):
        check_no_folder(folder / name)
        if (folder / name).is_file():
            return fields, _read_weights(folder / name)
        if (folder / f"{name}.index.json").is_file():
            return fields, _read_shards(folder / f"{name}.index.json")
    raise UserError(f"{folder} is no checkpoint: it has no {WEIGHTS} and no {PICKLED}")


def check_no_folder(path: Path) -> None:
    """Raise a `UserError` if there is a folder where a file belongs."""
    if path.is_dir():
        raise UserError(f"{path} is a folder, where a file of weights belongs: move it away")


def fingerprint(folder: Path) -> str:
    """Hash the weights of a folder: equal weights have equal fingerprints."""
    digest = hashlib.sha256()
    files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{digest.hexdigest()[:16]}"


def _read_shards(index: Path) -> dict[str, np.ndarray]:
    """Read the tensors of the shards that an index names."""
    shards = read_json(index).get("weight_map")
    if not isinstance(shards, dict) or not all(isinstance(x, str) for x in shards.values()):
        raise UserError(f"{index} has no weight_map, which says where the tensors are")
    tensors: dict[str, np.ndarray] = {}
    for name in sorted({Path(shard).name for shard in shards.values()}):
        if not (index.parent / name).is_file():
            raise UserError(f"{index.parent} lacks {name}, which {index.name} names: copy it, too")
        tensors |= _read_weights(index.parent / name)
    if missing := sorted(set(shards) - set(tensors)):
        raise UserError(
            f"{index} names {', '.join(missing[:5])} ({len(missing)}), which the files beside it "
            "do not have: copy all of them once more"
        )
    return tensors


LFS_POINTER = b"version https://git-lfs.github.com/spec/"
"""How a small text begins that Git leaves in place of a large file."""


def _read_weights(path: Path) -> dict[str, np.ndarray]:
    """Read the tensors of a file of either format."""
    with path.open("rb") as file:
        if file.read(len(LFS_POINTER)) == LFS_POINTER:
            raise UserError(
                f"{path} is a pointer of Git LFS, not the weights themselves: fetch them by "
                "git lfs pull in its repository"
            )
    return read_pickled(path) if path.suffix == ".bin" else read_tensors(path)


def write_folder(
    folder: Path, fields: dict[str, Any], parameters: dict[str, np.ndarray], layout: Layout
) -> None:
    """Write a folder in HuggingFace's layout, all of it or nothing.

    Args:
        folder: made if it does not exist.
        fields: content of config.json.
        parameters: arrays by their dotted paths in the model.
        layout: HuggingFace's names of the parameters of this family.
    """
    tensors = file_tensors(parameters, layout)
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    with atomic_folder(folder) as temporary:
        write_text(temporary / CONFIG, json.dumps(fields, indent=2) + "\n")
        write_tensors(temporary / WEIGHTS, contiguous)


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """Read the tensors of a safetensors file.

    Raises:
        UserError: the file is damaged, or has a number type that NumPy lacks.
    """
    check_no_folder(path)
    try:
        return load_file(path)
    except SafetensorError as error:
        raise UserError(
            f"{path} is damaged or no safetensors file: {error}; copy it or write it once more"
        ) from error
    except (TypeError, AttributeError) as error:  # such as 8-bit floats, which NumPy lacks
        raise UserError(
            f"{path} has numbers of a type that is not read here: {error}; save it in float32"
        ) from error


def write_tensors(
    path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str] | None = None
) -> None:
    """Write a safetensors file atomically."""
    with atomic_write(path) as temporary:
        try:
            save_file(tensors, temporary, metadata={"format": "pt"} | (metadata or {}))
        except SafetensorError as error:  # wraps the error of the operating system
            raise OSError(str(error)) from error
