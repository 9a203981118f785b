"""Attention.  Vaswani et al. 2017, sections 3.2.1 and 3.2.2.

    A = softmax(Q Kᵀ / √d)                A_ij: how much query i attends to key j
    Attention(Q, K, V) = A V              d = head_dim

With several heads the hidden vector is split into `heads` parts of `head_dim` entries. Each head
attends independently, and their outputs are concatenated before the output projection:

    MultiHead(X, C) = concat(Attention(X W_q, C W_k, C W_v) for each head) W_o

In self-attention C is X. In cross-attention the queries come from X, the keys and values from
another sequence C.

Why √d: the dot product of a query and a key, each with d independent entries of variance 1, has
variance d. Without the division the softmax saturates and its gradient vanishes.
"""

import math

import jax.numpy as jnp
from flax import nnx
from jax import lax
from jaxtyping import Array, Bool, Float

from zen_transformer.errors import UserError
from zen_transformer.layers.dropout import PRNGKeys, draw_keep, dropout
from zen_transformer.layers.fused_attention import Implementation, fused_attention
from zen_transformer.layers.key_value_cache import KeyValues
from zen_transformer.layers.linear import Linear
from zen_transformer.layers.precision import at_least_float32


def softmax(scores: Float[Array, "*rows n"]) -> Float[Array, "*rows n"]:
    """exp(s − max s) / Σ exp(s − max s) over the last axis.

    Subtracting the maximum changes nothing in exact arithmetic and keeps exp from overflowing.
    No gradient flows through it: that gradient would go to the score that equals the maximum, and
    where a compiler computes the scores twice with different rounding, none does.
    """
    maximum = lax.stop_gradient(jnp.max(scores, axis=-1, keepdims=True))
    exponentials = jnp.exp(at_least_float32(scores - maximum))
    weights = exponentials / jnp.sum(exponentials, axis=-1, keepdims=True)
    return weights.astype(scores.dtype)


def attention_weights(
    query: Float[Array, "batch heads length head_dim"],
    key: Float[Array, "batch heads keys head_dim"],
    mask: Bool[Array, "batch #heads #length keys"],
) -> Float[Array, "batch heads length keys"]:
    """softmax(Q Kᵀ / √d) over the keys that the mask allows.

    A masked key gets the most negative finite score, hence weight exactly 0. If the mask allows no
    key at all, the scores are equal and the weights uniform: finite, and of no consequence, since
    such a query is padding.
    """
    scores = query @ jnp.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
    return softmax(jnp.where(mask, scores, jnp.finfo(scores.dtype).min))


def scaled_dot_product_attention(
    query: Float[Array, "batch heads length head_dim"],
    key: Float[Array, "batch heads keys head_dim"],
    value: Float[Array, "batch heads keys head_dim"],
    mask: Bool[Array, "batch #heads #length keys"],
    keep: Bool[Array, "batch heads length keys"] | None = None,
    rate: float = 0.0,
    implementation: Implementation = "explicit",
) -> tuple[
    Float[Array, "batch heads length head_dim"], Float[Array, "batch heads length keys"] | None
]:
    """(A V, A).  `keep` and `rate` are dropout's m and p, applied to the weights A.

    A fused `implementation` (fused_attention.py) computes A V alone; None stands for A.

    Raises:
        UserError: dropout with a fused implementation, which has no weights to drop.
    """
    if implementation != "explicit":
        if keep is not None:
            raise UserError(
                f"attention by {implementation} has no dropout of its weights, whose rate is "
                f"{rate}: set attention_probs_dropout_prob to 0"
            )
        return fused_attention(query, key, value, mask, implementation), None
    weights = attention_weights(query, key, mask)
    if keep is not None:
        weights = dropout(weights, keep, rate)
    return weights @ value, weights


def split_heads(
    x: Float[Array, "tokens hidden"], batch: int, heads: int
) -> Float[Array, "batch heads length head_dim"]:
    """Split every hidden vector into `heads` parts: reshape first, then swap the axes."""
    tokens, hidden = x.shape
    return x.reshape(batch, tokens // max(batch, 1), heads, hidden // heads).transpose(0, 2, 1, 3)


def join_heads(
    x: Float[Array, "batch heads length head_dim"],
) -> Float[Array, "tokens hidden"]:
    """Concatenate the heads' vectors; the inverse of `split_heads`."""
    batch, heads, length, head_dim = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch * length, heads * head_dim)


class MultiHeadAttention(nnx.Module):
    """Owns W_q, W_k, W_v and W_o with their biases.

    Inputs and outputs are token by token, `[batch · length, hidden]`. Only attention has to know
    which tokens form a sequence; it takes the batch size from the mask's shape.

    `implementation` may be set to a fused one (fused_attention.py).
    """

    def __init__(
        self,
        hidden: int,
        heads: int,
        *,
        dropout_rate: float,
        stddev: float,
        rngs: nnx.Rngs,
        dtype,
        output_stddev: float | None = None,
    ):
        def projection(stddev: float) -> Linear:
            return Linear(hidden, hidden, stddev=stddev, rngs=rngs, dtype=dtype)

        self.query, self.key, self.value = (projection(stddev) for _ in range(3))
        self.output = projection(stddev if output_stddev is None else output_stddev)
        self.heads = heads
        self.dropout_rate = dropout_rate
        self.implementation: Implementation = "explicit"

    def keys_and_values(self, context: Float[Array, "tokens hidden"], batch: int) -> KeyValues:
        """C W_k and C W_v, split into heads."""
        return KeyValues(
            split_heads(self.key(context), batch, self.heads),
            split_heads(self.value(context), batch, self.heads),
        )

    def __call__(
        self,
        x: Float[Array, "tokens hidden"],
        mask: Bool[Array, "batch #heads #length keys"],
        key_values: KeyValues | None = None,
        *,
        key: PRNGKeys | None = None,
    ) -> tuple[Float[Array, "tokens hidden"], Float[Array, "batch heads length keys"] | None]:
        """MultiHead(X, C) and the attention weights of every head.

        Args:
            x: X, from which the queries are computed.
            mask: True where a query may attend to a key.
            key_values: the keys and values of C; computed from x if not given (self-attention).
            key: randomness of the dropout of the attention weights; no key, no dropout.
        """
        batch = mask.shape[0]
        query = split_heads(self.query(x), batch, self.heads)
        if key_values is None:
            key_values = self.keys_and_values(x, batch)
        keep = None
        if key is not None and self.dropout_rate > 0.0:
            shape = (*query.shape[:3], key_values.key.shape[2])
            keep = draw_keep(key, shape, self.dropout_rate)
        attended, weights = scaled_dot_product_attention(
            query, *key_values, mask, keep, self.dropout_rate, self.implementation
        )
        return self.output(join_heads(attended)), weights
