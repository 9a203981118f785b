"""Attention.  Vaswani et al. 2017, sections 3.2.1 and 3.2.2.

    A = softmax(Q Kᵀ / √d)                the weights: how much query i looks at key j
    Attention(Q, K, V) = A V              d = head_dim

With several heads the hidden vector is cut into `heads` pieces of `head_dim`, each head
attends on its own, and the pieces are laid side by side again before the output map:

    MultiHead(X, C) = concat(Attention(X W_q, C W_k, C W_v) for each head) W_o

In self-attention C is X. In cross-attention X asks and another sequence C is looked at.

Why √d: a query and a key with d independent entries of variance 1 have a product of
variance d. Without the division the softmax saturates and its gradient vanishes.
"""

import math

import jax.numpy as jnp
from flax import nnx
from jax import lax
from jaxtyping import Array, Bool, Float

from zen_transformer.errors import UserError
from zen_transformer.layers.dropout import Keys, draw_keep, dropout
from zen_transformer.layers.fused_attention import Implementation, fused_attention
from zen_transformer.layers.key_value_cache import KeyValues
from zen_transformer.layers.linear import Linear
from zen_transformer.layers.precision import widened


def softmax(scores: Float[Array, "*rows n"]) -> Float[Array, "*rows n"]:
    """exp(s − max s) / Σ exp(s − max s) over the last axis.

    Taking the maximum off changes nothing in exact arithmetic and keeps exp from
    overflowing. So it has no gradient either: to ask for one is to ask which score is equal
    to the maximum, and where a compiler computes the scores twice, none may be.
    """
    maximum = lax.stop_gradient(jnp.max(scores, axis=-1, keepdims=True))
    exponentials = jnp.exp(widened(scores - maximum))
    weights = exponentials / jnp.sum(exponentials, axis=-1, keepdims=True)
    return weights.astype(scores.dtype)


def attention_weights(
    query: Float[Array, "batch heads length head_dim"],
    key: Float[Array, "batch heads keys head_dim"],
    mask: Bool[Array, "batch #heads #length keys"],
) -> Float[Array, "batch heads length keys"]:
    """softmax(Q Kᵀ / √d) over the keys that the mask allows.

    A hidden key gets the most negative finite score, hence weight exactly 0. Where every
    key is hidden the scores are all equal and the weights uniform: finite, and looked at
    by nobody.
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

    An `implementation` in one piece (fused_attention.py) gives no weights.

    Raises:
        UserError: dropout of weights that there are not.
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
    """Cut every hidden vector into `heads` pieces: reshape first, then swap the axes."""
    tokens, hidden = x.shape
    return x.reshape(batch, tokens // max(batch, 1), heads, hidden // heads).transpose(0, 2, 1, 3)


def join_heads(
    x: Float[Array, "batch heads length head_dim"],
) -> Float[Array, "tokens hidden"]:
    """Lay the heads' pieces side by side again."""
    batch, heads, length, head_dim = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch * length, heads * head_dim)


class MultiHeadAttention(nnx.Module):
    """Owns W_q, W_k, W_v and W_o with their biases.

    Hidden vectors come and go token by token, `[batch · length, hidden]`: only here does
    a token need to know which sequence it belongs to, and the mask's shape tells.

    Its `implementation` may be set to one that is fused (fused_attention.py).
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
        """C W_k and C W_v, head by head."""
        return KeyValues(
            split_heads(self.key(context), batch, self.heads),
            split_heads(self.value(context), batch, self.heads),
        )

    def __call__(
        self,
        x: Float[Array, "tokens hidden"],
        mask: Bool[Array, "batch #heads #length keys"],
        known: KeyValues | None = None,
        *,
        key: Keys | None = None,
    ) -> tuple[Float[Array, "tokens hidden"], Float[Array, "batch heads length keys"] | None]:
        """The attended vectors after W_o, and the weights of every head; `known` are the keys and
        values that are looked at, those of x itself if not given."""
        batch = mask.shape[0]
        query = split_heads(self.query(x), batch, self.heads)
        looked_at = self.keys_and_values(x, batch) if known is None else known
        keep = None
        if key is not None and self.dropout_rate > 0.0:
            shape = (*query.shape[:3], looked_at.key.shape[2])
            keep = draw_keep(key, shape, self.dropout_rate)
        attended, weights = scaled_dot_product_attention(
            query, *looked_at, mask, keep, self.dropout_rate, self.implementation
        )
        return self.output(join_heads(attended)), weights
