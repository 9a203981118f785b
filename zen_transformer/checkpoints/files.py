"""Folders in HuggingFace's layout: `config.json` and `model.safetensors`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from zen_transformer.checkpoints.names import to_huggingface, transposed
from zen_transformer.errors import UserError, make_folder

CONFIG, WEIGHTS = "config.json", "model.safetensors"


def read_folder(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The config's fields and the tensors by HuggingFace's names.

    Raises:
        UserError: a part is missing or damaged.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; give one with {CONFIG} and {WEIGHTS}")
    for name in (CONFIG, WEIGHTS):
        if not (folder / name).is_file():
            raise UserError(f"{folder} is no checkpoint: it has no {name}")
    try:
        fields = json.loads((folder / CONFIG).read_text("utf-8"))
    except ValueError as error:
        raise UserError(f"{folder / CONFIG} is not readable JSON: {error}") from error
    if not isinstance(fields, dict):
        raise UserError(f"{folder / CONFIG} holds no fields: it begins with {str(fields)[:20]!r}")
    return fields, read_tensors(folder / WEIGHTS)


def write_folder(folder: Path, fields: dict[str, Any], parameters: dict[str, np.ndarray]) -> None:
    """Write the config and the parameters, given by our paths, under HuggingFace's names."""
    make_folder(folder)
    (folder / CONFIG).write_text(json.dumps(fields, indent=2) + "\n", "utf-8")
    tensors = {
        to_huggingface(path): np.ascontiguousarray(transposed(path, array))
        for path, array in parameters.items()
    }
    write_tensors(folder / WEIGHTS, tensors)


def read_tensors(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file."""
    try:
        return load_file(path)
    except SafetensorError as error:
        raise UserError(f"{path} is damaged or no safetensors file: {error}") from error


def write_tensors(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write beside and rename, so that a reader finds the old file or the new one whole."""
    aside = path.with_name(path.name + ".tmp")
    save_file(tensors, aside, metadata={"format": "pt"})
    aside.replace(path)
