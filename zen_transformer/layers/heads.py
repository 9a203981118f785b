"""Output heads: from hidden vectors to logits.

The linear head (classes, next sentence) is one linear map of the pooled vector, `linear`:

    logits = c W_y + b_y

The masked-word head (Devlin et al. 2019, section 3.1 and their code) first transforms the hidden
vector, then compares it with every row of the token table T, which it shares with the embeddings:

    t      = LayerNorm(f(h W + b))
    logits = t Tᵀ + b_vocab                    b_vocab [vocab] is the head's own
"""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from zen_transformer.layers.activations import ACTIVATIONS
from zen_transformer.layers.linear import Linear
from zen_transformer.layers.normalization import LayerNorm


def tied_logits(
    transformed: Float[Array, "*rows hidden"],
    table: Float[Array, "vocab hidden"],
    bias: Float[Array, " vocab"],
) -> Float[Array, "*rows vocab"]:
    """t Tᵀ + b_vocab: how similar t is to the vector of every piece of the vocabulary."""
    return transformed @ table.T + bias


class MaskedLMHead(nnx.Module):
    """Owns the transform and b_vocab. The tied table T is an argument."""

    def __init__(
        self,
        vocab: int,
        hidden: int,
        *,
        activation: str,
        epsilon: float,
        stddev: float,
        rngs: nnx.Rngs,
        dtype,
    ):
        self.dense = Linear(hidden, hidden, stddev=stddev, rngs=rngs, dtype=dtype)
        self.norm = LayerNorm(hidden, epsilon=epsilon, dtype=dtype)
        self.bias = nnx.Param(jnp.zeros(vocab, dtype))
        self.activation = activation

    def __call__(
        self, hidden_states: Float[Array, "*rows hidden"], table: Float[Array, "vocab hidden"]
    ) -> Float[Array, "*rows vocab"]:
        transformed = self.norm(ACTIVATIONS[self.activation](self.dense(hidden_states)))
        return tied_logits(transformed, table, self.bias[...])
