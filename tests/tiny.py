"""The smallest BERT with all parts, and inputs for it."""

from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.models.bert_config import BertConfig

MODELS = (
    "BertModel",
    "BertForPreTraining",
    "BertForMaskedLM",
    "BertForNextSentencePrediction",
    "BertForSequenceClassification",
    "BertForTokenClassification",
    "BertForQuestionAnswering",
)
"""The models with inputs [batch, length]."""
EVERY_MODEL = (*MODELS, "BertForMultipleChoice")
"""These, and the model with inputs [batch, choices, length]."""


def tiny_config(**changes: Any) -> BertConfig:
    """Two blocks and two heads; the weights are large, so that no term is hidden by rounding."""
    fields: dict[str, Any] = {
        "vocab_size": 16,
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 16,
        "initializer_range": 0.5,
    }
    return BertConfig(**fields | changes)


def build(model: type, seed: int = 0, dtype: Any = jnp.float32, **changes: Any):
    """Build a model with random weights."""
    return model(tiny_config(**changes), rngs=nnx.Rngs(seed), dtype=dtype)


def tiny_batch(seed: int = 0, rows: int = 3, length: int = 6) -> dict[str, np.ndarray]:
    """Draw random ids in two segments; the last of each row are padding."""
    rng = np.random.default_rng(seed)
    places = np.arange(length)
    mask = places < np.linspace(length // 2, length, rows).astype(int)[:, None]
    return {
        "input_ids": np.where(mask, rng.integers(1, 16, (rows, length)), 0).astype(np.int32),
        "attention_mask": mask.astype(np.int32),
        "token_type_ids": (mask & (places >= 2)).astype(np.int32),
    }


def batch_for(name: str) -> dict[str, np.ndarray]:
    """Make the inputs of a model, with three choices for `BertForMultipleChoice`."""
    if name != "BertForMultipleChoice":
        return tiny_batch()
    return {name: values.reshape(2, 3, 6) for name, values in tiny_batch(rows=6).items()}


def flat(tree: Any) -> dict[str, np.ndarray]:
    """Return the leaves of nested dicts by dotted path."""
    if not isinstance(tree, dict):
        return {"": np.asarray(tree)}
    return {
        f"{name}.{rest}".rstrip("."): leaf
        for name, branch in tree.items()
        for rest, leaf in flat(branch).items()
    }
