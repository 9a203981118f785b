"""Initial weights.  Devlin et al. 2019, their code.

tables and kernels ~ N(0, σ²), not truncated        σ is `initializer_range`, 0.02 in BERT
biases = 0, LayerNorm's scales = 1, the row of [PAD] = 0
"""

from typing import Protocol

import numpy as np

from zen_transformer.numpy_nn.bert_encoder import EncoderConfig
from zen_transformer.numpy_nn.linear import Weights


class Sizes(EncoderConfig, Protocol):
    """The fields of `BertConfig` that determine the shapes of the parameters."""

    @property
    def vocab_size(self) -> int: ...
    @property
    def hidden_size(self) -> int: ...
    @property
    def num_hidden_layers(self) -> int: ...
    @property
    def intermediate_size(self) -> int: ...
    @property
    def max_position_embeddings(self) -> int: ...
    @property
    def type_vocab_size(self) -> int: ...
    @property
    def initializer_range(self) -> float: ...
    @property
    def pad_token_id(self) -> int: ...


def initial_parameters(config: Sizes, rng: np.random.Generator) -> Weights:
    """Draw the parameters of `BertForPreTraining`, nested as `nnx.to_pure_dict` returns them for
    the JAX model. The numbers differ, since JAX has another random number generator."""
    hidden, intermediate = config.hidden_size, config.intermediate_size

    def normal(*shape: int) -> np.ndarray:
        return config.initializer_range * rng.normal(size=shape)

    def linear(inputs: int, outputs: int) -> Weights:
        return {"kernel": normal(inputs, outputs), "bias": np.zeros(outputs)}

    def norm() -> Weights:
        return {"scale": np.ones(hidden), "bias": np.zeros(hidden)}

    def block() -> Weights:
        names = ("query", "key", "value", "output")
        return {
            "attention": {name: linear(hidden, hidden) for name in names},
            "attention_norm": norm(),
            "feed_forward": {
                "input": linear(hidden, intermediate),
                "output": linear(intermediate, hidden),
            },
            "feed_forward_norm": norm(),
        }

    tables = {
        "token": config.vocab_size,
        "position": config.max_position_embeddings,
        "segment": config.type_vocab_size,
    }
    embeddings = {name: {"table": normal(rows, hidden)} for name, rows in tables.items()}
    embeddings["token"]["table"][config.pad_token_id] = 0.0
    bert: Weights = {
        "embeddings": embeddings | {"norm": norm()},
        "encoder": {"layers": {i: block() for i in range(config.num_hidden_layers)}},
    }
    if config.pooling == "cls":
        bert["pooler"] = {"dense": linear(hidden, hidden)}
    return {
        "bert": bert,
        "masked_lm_head": {
            "dense": linear(hidden, hidden),
            "norm": norm(),
            "bias": np.zeros(config.vocab_size),
        },
        "next_sentence_head": linear(hidden, 2),
    }
