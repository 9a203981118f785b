"""Folders in HuggingFace's layout: `config.json` and `model.safetensors`.

Large models come in several such files, and `model.safetensors.index.json` says which tensor
is where. Older ones have `pytorch_model.bin` instead, whole or with such an index.
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
from zen_transformer.files import make_folder, read_json, write_text, written_aside

CONFIG, WEIGHTS = "config.json", "model.safetensors"
PICKLED = "pytorch_model.bin"


def read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The config's fields and the tensors by HuggingFace's names.

    Raises:
        UserError: a part is missing or damaged.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; give one with {CONFIG} and {WEIGHTS}")
    if not (folder / CONFIG).is_file():
        raise UserError(f"{folder} is no checkpoint: it has no {CONFIG}")
    fields = read_json(folder / CONFIG)
    for name in (WEIGHTS, PICKLED):
        if (folder / name).is_file():
            return fields, _read_weights(folder / name)
        if (folder / f"{name}.index.json").is_file():
            return fields, _read_shards(folder / f"{name}.index.json")
    raise UserError(f"{folder} is no checkpoint: it has no {WEIGHTS} and no {PICKLED}")


def fingerprint(folder: Path) -> str:
    """A name for the weights of a folder: equal where they are, wherever they lie."""
    digest = hashlib.sha256()
    files = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    for path in files:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{digest.hexdigest()[:16]}"


def _read_shards(index: Path) -> dict[str, np.ndarray]:
    """The tensors of the files that an index names."""
    places = read_json(index).get("weight_map")
    if not isinstance(places, dict) or not all(isinstance(x, str) for x in places.values()):
        raise UserError(f"{index} has no weight_map, which says where the tensors are")
    tensors: dict[str, np.ndarray] = {}
    for name in sorted({Path(place).name for place in places.values()}):
        if not (index.parent / name).is_file():
            raise UserError(f"{index.parent} lacks {name}, which {index.name} names: copy it, too")
        tensors |= _read_weights(index.parent / name)
    if lost := sorted(set(places) - set(tensors)):
        raise UserError(
            f"{index} names {', '.join(lost[:5])} ({len(lost)}), which the files beside it do not "
            "have: copy all of them once more"
        )
    return tensors


def _read_weights(path: Path) -> dict[str, np.ndarray]:
    return read_pickled(path) if path.suffix == ".bin" else read_tensors(path)


def write_folder(
    folder: Path, fields: dict[str, Any], parameters: dict[str, np.ndarray], layout: Layout
) -> None:
    """Write the config and the parameters, given by our paths, under HuggingFace's names."""
    make_folder(folder)
    write_text(folder / CONFIG, json.dumps(fields, indent=2) + "\n")
    tensors = file_tensors(parameters, layout)
    contiguous = {name: np.ascontiguousarray(array) for name, array in tensors.items()}
    write_tensors(folder / WEIGHTS, contiguous)


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file."""
    try:
        return load_file(path)
    except SafetensorError as error:
        raise UserError(
            f"{path} is damaged or no safetensors file: {error}; copy it or write it once more"
        ) from error
    except (TypeError, AttributeError) as error:  # eight bits, say, which NumPy does not know
        raise UserError(
            f"{path} has numbers of a type that is not read here: {error}; save it in float32"
        ) from error


def write_tensors(
    path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str] | None = None
) -> None:
    """Write a safetensors file in one step."""
    with written_aside(path) as aside:
        try:
            save_file(tensors, aside, metadata={"format": "pt"} | (metadata or {}))
        except SafetensorError as error:  # what the system said, in another class
            raise OSError(str(error)) from error
