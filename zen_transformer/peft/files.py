"""Folders of the PEFT library: `adapter_config.json` and `adapter_model.safetensors`.

    base_model.model.NAME.lora_A.weight            Aᵀ [rank, in]
    base_model.model.NAME.lora_B.weight            Bᵀ [out, rank]
    base_model.model.NAME.lora_magnitude_vector    m [out], with DoRA
    base_model.model.classifier.weight             a head that was trained too

NAME is HuggingFace's name of the linear map. Where it has fused maps that are several here, as
GPT-2's queries, keys and values, one A stands beside them all: then ours lie side by side in it,
and B has a block for each.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from flax import nnx
from scipy.linalg import block_diag

from zen_transformer.checkpoints.files import read_tensors, write_tensors
from zen_transformer.checkpoints.names import Tensors, to_huggingface, transposed
from zen_transformer.errors import UserError
from zen_transformer.files import atomic_folder, read_json, write_text
from zen_transformer.models.pretrained import PretrainedModel, flat_parameters
from zen_transformer.peft.adapter import Adapter, attach_lora
from zen_transformer.peft.attachment import file_names
from zen_transformer.peft.lora import LoraLinear
from zen_transformer.peft.lora_config import LoraConfig

CONFIG, WEIGHTS, PREFIX = "adapter_config.json", "adapter_model.safetensors", "base_model.model."


def save_adapter(adapter: Adapter, folder: Path) -> None:
    """Write a folder that the PEFT library opens over HuggingFace's model."""
    config, tensors = adapter.config, dict(_heads(adapter))
    for whole, modules in by_file_name(adapter).items():
        config = _with_parts(config, whole, len(modules))
        a = np.concatenate([np.asarray(module.lora_a[...]) for module in modules], axis=1)
        tensors[f"{whole}.lora_A.weight"] = a.T
        blocks = [np.asarray(module.lora_b[...]).T for module in modules]
        tensors[f"{whole}.lora_B.weight"] = block_diag(*blocks)
        lengths = [np.asarray(m.magnitude[...]) for m in modules if m.magnitude is not None]
        if lengths:
            tensors[f"{whole}.lora_magnitude_vector"] = np.concatenate(lengths)
    with atomic_folder(folder) as temporary:
        write_text(temporary / CONFIG, json.dumps(config.to_dict(), indent=2) + "\n")
        named = {PREFIX + name: np.ascontiguousarray(array) for name, array in tensors.items()}
        write_tensors(temporary / WEIGHTS, named)


def load_adapter(model: PretrainedModel, folder: Path) -> Adapter:
    """Attach the LoRA of a folder to a model, and set the heads that the folder has.

    Raises:
        UserError: a file is missing or damaged, asks for what is not computed here, or does not
            fit the model: the message names what is missing and what is too much.
    """
    try:
        config = LoraConfig.from_dict(read_json(folder / CONFIG))
    except UserError as error:
        raise UserError(f"{folder / CONFIG}: {error}") from error
    adapter = attach_lora(model, config, rngs=nnx.Rngs(0))
    tensors = {
        name.removeprefix(PREFIX): array for name, array in read_tensors(folder / WEIGHTS).items()
    }
    heads = {name: value for name, _, value in _head_parameters(adapter)}
    wanted = {*heads, *(name for name, _ in _parameter_names(adapter))}
    missing, surplus = sorted(wanted - set(tensors)), sorted(set(tensors) - wanted)
    if missing or surplus:
        words = [f"lacks {', '.join(missing[:3])}"] if missing else []
        words += [f"has also {', '.join(surplus[:3])}"] if surplus else []
        raise UserError(f"{folder / WEIGHTS} {' and '.join(words)}: does it belong to this model?")
    _set(adapter, tensors, folder / WEIGHTS)
    return adapter


def _set(adapter: Adapter, tensors: Tensors, source: Path) -> None:
    for whole, modules in by_file_name(adapter).items():
        a, b = tensors[f"{whole}.lora_A.weight"].T, tensors[f"{whole}.lora_B.weight"].T
        blocks = np.split(b, len(modules), axis=1)
        lengths = np.split(tensors.get(f"{whole}.lora_magnitude_vector", b[0]), len(modules))
        for module, block, length in zip(modules, blocks, lengths, strict=True):
            _assign(module.lora_a, a, f"{source}: {whole}.lora_A")
            _assign(module.lora_b, block, f"{source}: {whole}.lora_B")
            if module.magnitude is not None:
                _assign(module.magnitude, length, f"{source}: {whole}.lora_magnitude_vector")
    for name, path, leaf in _head_parameters(adapter):
        array = transposed(path, tensors[name], adapter.model.layout)
        _assign(leaf, array, f"{source}: {name}")


def _assign(leaf: nnx.Variable, array: np.ndarray, name: str) -> None:
    if leaf.shape != array.shape:
        raise UserError(f"{name} has shape {array.shape}, the model asks for {leaf.shape}")
    leaf.set_value(jnp.asarray(array, leaf.dtype))


def by_file_name(adapter: Adapter) -> dict[str, list[LoraLinear]]:
    """The attached modules by the name of the linear map in a file."""
    names = file_names(list(adapter.modules), adapter.model.layout)
    return {whole: [adapter.modules[part] for part in parts] for whole, parts in names.items()}


def _parameter_names(adapter: Adapter) -> Iterator[tuple[str, str]]:
    for whole in by_file_name(adapter):
        yield f"{whole}.lora_A.weight", whole
        yield f"{whole}.lora_B.weight", whole
        if adapter.config.use_dora:
            yield f"{whole}.lora_magnitude_vector", whole


def _head_parameters(adapter: Adapter) -> Iterator[tuple[str, str, nnx.Variable]]:
    """Yield the name in a file, the path and the variable of each parameter of a trained head."""
    for path, leaf in flat_parameters(adapter.model).items():
        if path.partition(".")[0] in adapter.config.modules_to_save:
            yield to_huggingface(path, adapter.model.layout), path, leaf


def _heads(adapter: Adapter) -> Iterator[tuple[str, np.ndarray]]:
    for name, path, leaf in _head_parameters(adapter):
        yield name, transposed(path, np.asarray(leaf[...]), adapter.model.layout)


def _with_parts(config: LoraConfig, whole: str, parts: int) -> LoraConfig:
    """Give fused maps the rank of all their parts together, at the same s."""
    if parts == 1:
        return config
    rank, alpha = config.rank_of(whole), config.alpha_of(whole)
    growth = parts**0.5 if config.use_rslora else parts
    pattern = whole.replace(".", r"\.")
    return replace(
        config,
        rank_pattern={pattern: parts * rank} | config.rank_pattern,
        alpha_pattern={pattern: growth * alpha} | config.alpha_pattern,
    )
