"""Folders of the PEFT library: `adapter_config.json` and `adapter_model.safetensors`.

base_model.model.NAME.lora_A.weight     what is attached to the linear map that HuggingFace
                                        calls NAME; lora_config.py and ia3_config.py have the rest
base_model.model.classifier.weight      a head that was trained too
"""

import json
from collections.abc import Iterator
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.checkpoints.files import read_tensors, write_tensors
from zen_transformer.checkpoints.names import to_huggingface, transposed
from zen_transformer.errors import UserError
from zen_transformer.files import atomic_folder, read_json, write_text
from zen_transformer.models.pretrained import PretrainedModel, flat_parameters
from zen_transformer.peft.adapter import Adapter, attach
from zen_transformer.peft.attachment import Attached, file_names
from zen_transformer.peft.config import PeftConfig
from zen_transformer.peft.ia3_config import Ia3Config
from zen_transformer.peft.lora_config import LoraConfig

CONFIG, WEIGHTS, PREFIX = "adapter_config.json", "adapter_model.safetensors", "base_model.model."
KINDS: dict[str, type[PeftConfig]] = {kind.peft_type: kind for kind in (LoraConfig, Ia3Config)}


def save_adapter(adapter: Adapter, folder: Path) -> None:
    """Write a folder that the PEFT library opens over HuggingFace's model."""
    config, layout = adapter.config, adapter.model.layout
    tensors = {
        name: transposed(path, np.asarray(leaf[...]), layout)
        for name, path, leaf in _head_parameters(adapter)
    }
    for whole, modules in by_file_name(adapter).items():
        config = config.of_parts(whole, len(modules))
        ends = adapter.config.tensors(modules)
        tensors |= {f"{whole}.{end}": array for end, array in ends.items()}
    with atomic_folder(folder) as temporary:
        write_text(temporary / CONFIG, json.dumps(config.to_dict(), indent=2) + "\n")
        named = {PREFIX + name: np.ascontiguousarray(array) for name, array in tensors.items()}
        write_tensors(temporary / WEIGHTS, named)


def load_adapter(model: PretrainedModel, folder: Path) -> Adapter:
    """Attach what is in a folder to a model, and set the heads that the folder has.

    Raises:
        UserError: a file is missing or damaged, asks for what is not computed here, or does not
            fit the model: the message names what is missing and what is too much.
    """
    adapter = attach(model, _read_config(folder / CONFIG), rngs=nnx.Rngs(0))
    source = folder / WEIGHTS
    tensors = {name.removeprefix(PREFIX): array for name, array in read_tensors(source).items()}
    groups = by_file_name(adapter)
    ends = {whole: adapter.config.tensors(modules) for whole, modules in groups.items()}
    wanted = {f"{whole}.{end}" for whole, group in ends.items() for end in group}
    wanted |= {name for name, _, _ in _head_parameters(adapter)}
    _check_names(wanted, set(tensors), source)
    for whole, modules in groups.items():
        own = {end: tensors[f"{whole}.{end}"] for end in ends[whole]}
        parts = adapter.config.parameters(own, len(modules))
        for module, values in zip(modules, parts, strict=True):
            for attribute, array in values.items():
                _assign(getattr(module, attribute), array, f"{source}: {attribute} of {whole}")
    for name, path, leaf in _head_parameters(adapter):
        _assign(leaf, transposed(path, tensors[name], model.layout), f"{source}: {name}")
    return adapter


def _read_config(path: Path) -> PeftConfig:
    content = read_json(path)
    if (kind := content.get("peft_type")) not in KINDS:
        raise UserError(f"{path}: peft_type is {kind!r}, and only {', '.join(KINDS)} are read here")
    try:
        return KINDS[kind].from_dict(content)
    except (UserError, TypeError) as error:
        raise UserError(f"{path}: {error}") from error


def _check_names(wanted: set[str], found: set[str], source: Path) -> None:
    missing, surplus = sorted(wanted - found), sorted(found - wanted)
    words = [f"lacks {', '.join(missing[:3])}"] if missing else []
    words += [f"has also {', '.join(surplus[:3])}"] if surplus else []
    if words:
        raise UserError(f"{source} {' and '.join(words)}: does it belong to this model?")


def _assign(leaf: nnx.Variable, array: np.ndarray, name: str) -> None:
    if leaf.shape != array.shape:
        raise UserError(f"{name} has shape {array.shape}, the model asks for {leaf.shape}")
    leaf.set_value(jnp.asarray(array, leaf.dtype))


def by_file_name(adapter: Adapter) -> dict[str, list[Attached]]:
    """The attached modules by the name of the linear map in a file."""
    names = file_names(list(adapter.modules), adapter.model.layout)
    return {whole: [adapter.modules[part] for part in parts] for whole, parts in names.items()}


def _head_parameters(adapter: Adapter) -> Iterator[tuple[str, str, nnx.Variable]]:
    """Yield the name in a file, the path and the variable of each parameter of a trained head."""
    for path, leaf in flat_parameters(adapter.model).items():
        if path.partition(".")[0] in adapter.config.modules_to_save:
            yield to_huggingface(path, adapter.model.layout), path, leaf
