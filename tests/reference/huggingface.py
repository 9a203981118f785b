"""HuggingFace's BERTs with random weights, and ours with the same ones."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

import zen_transformer as zen

CHOICES = 3
"""How many of them BertForMultipleChoice chooses from."""


def random_config(seed: int) -> zen.BertConfig:
    """Small, and different in everything that has a number."""
    rng = np.random.default_rng([1, seed])
    heads = int(rng.integers(1, 5))
    return zen.BertConfig(
        vocab_size=int(rng.integers(20, 60)),
        hidden_size=heads * int(rng.integers(2, 6)),
        num_hidden_layers=int(rng.integers(1, 4)),
        num_attention_heads=heads,
        intermediate_size=int(rng.integers(3, 20)),
        hidden_act=("gelu", "gelu_new", "relu")[seed % 3],
        max_position_embeddings=int(rng.integers(10, 20)),
        type_vocab_size=int(rng.integers(1, 4)),
        layer_norm_eps=float(rng.choice([1e-12, 1e-6, 1e-2])),
        num_labels=int(rng.integers(2, 5)),
    )


def config_for(name: str, seed: int) -> zen.BertConfig:
    """The same for every model, but that an answer has a start and an end: two labels."""
    config = random_config(seed)
    if name == "BertForQuestionAnswering":
        return dataclasses.replace(config, num_labels=2)
    return config


def random_mask(rng: np.random.Generator, rows: int, length: int, pattern: str) -> np.ndarray:
    """1 for real tokens: all of them, but for padding on one side or holes. In every row some
    token is real: where none is, everybody has a convention of their own."""
    if pattern == "holes":
        mask = rng.random((rows, length)) < 0.6
        mask[np.arange(rows), rng.integers(0, length, rows)] = True
        return mask.astype(int)
    lengths = rng.integers(1, length + 1, rows) if pattern != "none" else np.full(rows, length)
    mask = (np.arange(length) < lengths[:, None]).astype(int)
    return mask[:, ::-1].copy() if pattern == "left" else mask


def random_segments(rng: np.random.Generator, mask: np.ndarray, segments: int) -> np.ndarray:
    """One after the other as in a pair of sentences, or anyhow."""
    rows, length = mask.shape
    anyhow = rng.integers(0, segments, (rows, length))
    return anyhow if rng.random() < 0.5 else np.sort(anyhow, axis=1) * mask


def random_inputs(seed: int, config: zen.BertConfig, name: str = "") -> dict[str, np.ndarray]:
    """Ids or vectors, and with some seeds only: a mask, segments, positions."""
    rng = np.random.default_rng([2, seed])
    choices = CHOICES if name == "BertForMultipleChoice" else 1
    rows, length = int(rng.integers(1, 5)) * choices, int(rng.integers(1, 10))
    pattern = ("right", "left", "holes", "none")[int(rng.integers(4))]
    mask = random_mask(rng, rows, length, pattern)
    positions = rng.integers(0, config.max_position_embeddings, (rows, length))
    inputs = {
        "attention_mask": mask,
        "token_type_ids": random_segments(rng, mask, config.type_vocab_size),
        "position_ids": positions,
    }
    inputs = {name: values for name, values in inputs.items() if rng.random() < 0.7}
    if rng.random() < 0.2:
        inputs["inputs_embeds"] = rng.normal(size=(rows, length, config.hidden_size))
    else:
        inputs["input_ids"] = rng.integers(0, config.vocab_size, (rows, length))
    if choices == 1:
        return inputs
    return {name: x.reshape(-1, choices, *x.shape[1:]) for name, x in inputs.items()}


def huggingface_model(
    transformers: Any, name: str, config: zen.BertConfig, seed: int = 0, noise: float = 0.5
) -> Any:
    """A model in float64 none of whose weights is zero or one."""
    import torch

    theirs = transformers.BertConfig(**config.to_dict(), attn_implementation="eager")
    model = getattr(transformers, name)(theirs).double().eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            drawn = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
            parameter.add_(noise * drawn)
    # It would leave out [PAD]'s share of the gradient, which the equation has.
    model.get_input_embeddings().padding_idx = None
    return model


def as_ours(model: Any, folder: Path, dtype: Any) -> Any:
    """Our model of the same name, read from what HuggingFace saves."""
    model.save_pretrained(folder)
    return getattr(zen, type(model).__name__).from_pretrained(folder, dtype=dtype)
