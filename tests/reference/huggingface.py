"""HuggingFace's BERTs with random weights, and ours with the same ones."""

from pathlib import Path
from typing import Any

import numpy as np

import zen_transformer as zen


def random_config(seed: int) -> zen.BertConfig:
    """Small, and different in everything that has a number."""
    rng = np.random.default_rng([1, seed])
    heads = int(rng.integers(1, 5))
    return zen.BertConfig(
        vocab_size=int(rng.integers(20, 60)),
        hidden_size=heads * int(rng.integers(2, 6)),
        num_hidden_layers=int(rng.integers(1, 3)),
        num_attention_heads=heads,
        intermediate_size=int(rng.integers(3, 20)),
        hidden_act=("gelu", "gelu_new", "relu")[seed % 3],
        max_position_embeddings=int(rng.integers(10, 20)),
        type_vocab_size=int(rng.integers(1, 4)),
        layer_norm_eps=float(rng.choice([1e-12, 1e-6, 1e-2])),
        num_labels=int(rng.integers(2, 5)),
    )


def random_inputs(seed: int, config: zen.BertConfig) -> dict[str, np.ndarray]:
    """Ids, segments, padding (the first sequence is full), and with odd seeds positions."""
    rng = np.random.default_rng([2, seed])
    batch, length = int(rng.integers(1, 5)), int(rng.integers(1, 10))
    shape = batch, length
    lengths = np.concatenate([[length], rng.integers(1, length + 1, batch - 1)])
    inputs = {
        "input_ids": rng.integers(0, config.vocab_size, shape),
        "attention_mask": (np.arange(length) < lengths[:, None]).astype(int),
        "token_type_ids": rng.integers(0, config.type_vocab_size, shape),
    }
    if seed % 2:
        inputs["position_ids"] = rng.integers(0, config.max_position_embeddings, shape)
    return inputs


def huggingface_model(transformers: Any, name: str, config: zen.BertConfig, seed: int = 0) -> Any:
    """A model in float64 none of whose weights is zero or one."""
    import torch

    theirs = transformers.BertConfig(**config.to_dict(), attn_implementation="eager")
    model = getattr(transformers, name)(theirs).double().eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=generator, dtype=parameter.dtype)
            parameter.add_(0.5 * noise)
    # It would leave out [PAD]'s share of the gradient, which the equation has.
    model.get_input_embeddings().padding_idx = None
    return model


def as_ours(model: Any, folder: Path, dtype: Any) -> Any:
    """Our model of the same name, read from what HuggingFace saves."""
    model.save_pretrained(folder)
    return getattr(zen, type(model).__name__).from_pretrained(folder, dtype=dtype)
