"""Attention.  Vaswani et al. 2017, sections 3.2.1 and 3.2.2.

    A = softmax(Q Kᵀ / √d)                A_ij: how much query i attends to key j
    Attention(Q, K, V) = A V              d = head_dim

With several heads the hidden vector is split into `heads` parts of `head_dim` entries. Each head
attends independently, and their outputs are concatenated before the output projection:

    MultiHead(X, C) = concat(Attention(X W_q, C W_k, C W_v) for each head) W_o

In self-attention C is X. In cross-attention the queries come from X, the keys and values from
another sequence C.
"""

import math

import numpy as np
from jaxtyping import Bool, Float

from zen_transformer.numpy_nn.dropout import dropout, dropout_backward
from zen_transformer.numpy_nn.linear import Weights, linear, linear_backward


def softmax(scores: Float[np.ndarray, "*rows n"]) -> Float[np.ndarray, "*rows n"]:
    """exp(s − max s) / Σ exp(s − max s) over the last axis.

    Subtracting the maximum changes nothing in exact arithmetic and keeps exp from overflowing.
    """
    exponentials = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def softmax_backward(
    da: Float[np.ndarray, "*rows n"], scores: Float[np.ndarray, "*rows n"]
) -> Float[np.ndarray, "*rows n"]:
    """ds.

    With a_i = exp s_i / Z and Z = Σ_j exp s_j, the quotient rule gives

        ∂a_i/∂s_j = (δ_ij exp s_i · Z − exp s_i exp s_j) / Z² = a_i (δ_ij − a_j)

    and so

        ds_j = Σ_i da_i a_i (δ_ij − a_j) = a_j (da_j − Σ_i a_i da_i)

    The gradient of a score is positive where da_j is above the average of da under the weights a.
    """
    a = softmax(scores)
    return a * (da - np.sum(a * da, axis=-1, keepdims=True))


def _masked_scores(query: np.ndarray, key: np.ndarray, mask: np.ndarray) -> np.ndarray:
    scores = query @ np.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
    return np.where(mask, scores, np.finfo(scores.dtype).min)


def attention_weights(
    query: Float[np.ndarray, "batch heads length head_dim"],
    key: Float[np.ndarray, "batch heads keys head_dim"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
) -> Float[np.ndarray, "batch heads length keys"]:
    """softmax(Q Kᵀ / √d) over the keys that the mask allows.

    A masked key gets the most negative finite score, hence weight exactly 0. If the mask allows no
    key at all, the scores are equal and the weights uniform: finite, and of no consequence, since
    such a query is padding.
    """
    return softmax(_masked_scores(query, key, mask))


def attention_weights_backward(
    da: Float[np.ndarray, "batch heads length keys"],
    query: Float[np.ndarray, "batch heads length head_dim"],
    key: Float[np.ndarray, "batch heads keys head_dim"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
) -> tuple[np.ndarray, np.ndarray]:
    """dQ, dK.

    The softmax maps da to ds. A masked score was replaced by a constant, so no gradient flows
    through it: ds_ij = 0. The others are s_ij = Σ_k Q_ik K_jk / √d, hence

        dQ_ik = Σ_j ds_ij ∂s_ij/∂Q_ik = Σ_j ds_ij K_jk / √d          dQ = ds K / √d
        dK_jk = Σ_i ds_ij ∂s_ij/∂K_jk = Σ_i ds_ij Q_ik / √d          dK = dsᵀ Q / √d
    """
    ds = np.where(mask, softmax_backward(da, _masked_scores(query, key, mask)), 0.0)
    ds = ds / math.sqrt(query.shape[-1])
    return ds @ key, np.swapaxes(ds, -1, -2) @ query


def scaled_dot_product_attention(
    query: Float[np.ndarray, "batch heads length head_dim"],
    key: Float[np.ndarray, "batch heads keys head_dim"],
    value: Float[np.ndarray, "batch heads keys head_dim"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    keep: Bool[np.ndarray, "batch heads length keys"] | None = None,
    rate: float = 0.0,
) -> tuple[
    Float[np.ndarray, "batch heads length head_dim"], Float[np.ndarray, "batch heads length keys"]
]:
    """(A V, A).  `keep` and `rate` are dropout's m and p, applied to the weights A."""
    weights = attention_weights(query, key, mask)
    if keep is not None:
        weights = dropout(weights, keep, rate)
    return weights @ value, weights


def scaled_dot_product_attention_backward(
    dcontext: Float[np.ndarray, "batch heads length head_dim"],
    query: Float[np.ndarray, "batch heads length head_dim"],
    key: Float[np.ndarray, "batch heads keys head_dim"],
    value: Float[np.ndarray, "batch heads keys head_dim"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    keep: Bool[np.ndarray, "batch heads length keys"] | None = None,
    rate: float = 0.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dQ, dK, dV, given the gradient of A V. The second result, A, is for inspection only.

    y_ik = Σ_j A_ij V_jk, hence

        dA_ij = Σ_k dy_ik V_jk          dA = dy Vᵀ, then through dropout and the weights
        dV_jk = Σ_i A_ij dy_ik          dV = Aᵀ dy, with A after dropout
    """
    weights = scaled_dot_product_attention(query, key, value, mask, keep, rate)[1]
    dweights = dcontext @ np.swapaxes(value, -1, -2)
    dvalue = np.swapaxes(weights, -1, -2) @ dcontext
    if keep is not None:
        dweights = dropout_backward(dweights, weights, keep, rate)
    return *attention_weights_backward(dweights, query, key, mask), dvalue


def split_heads(
    x: Float[np.ndarray, "tokens hidden"], batch: int, heads: int
) -> Float[np.ndarray, "batch heads length head_dim"]:
    """Split every hidden vector into `heads` parts: reshape first, then swap the axes.

    Entries are only rearranged, so the backward function is the inverse, `join_heads`.
    """
    tokens, hidden = x.shape
    return x.reshape(batch, tokens // max(batch, 1), heads, hidden // heads).transpose(0, 2, 1, 3)


def join_heads(
    x: Float[np.ndarray, "batch heads length head_dim"],
) -> Float[np.ndarray, "tokens hidden"]:
    """Concatenate the heads' vectors. The backward function is the inverse, `split_heads`."""
    batch, heads, length, head_dim = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch * length, heads * head_dim)


def multi_head_attention(
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    heads: int,
    context: Float[np.ndarray, "context_tokens hidden"] | None = None,
) -> tuple[Float[np.ndarray, "tokens hidden"], Float[np.ndarray, "batch heads length keys"]]:
    """MultiHead(X, C) and the attention weights of every head.

    Args:
        parameters: `query`, `key`, `value` and `output`, each with `kernel` and `bias`.
        x: X, token by token; the mask's shape has the batch size.
        mask: True where a query may attend to a key.
        heads: number of heads.
        context: C; x itself if not given (self-attention).
    """
    attended, weights = scaled_dot_product_attention(
        *_projected(parameters, x, mask, heads, context), mask
    )
    return linear(join_heads(attended), **parameters["output"]), weights


def _projected(
    parameters: Weights,
    x: np.ndarray,
    mask: np.ndarray,
    heads: int,
    context: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute queries, keys and values, split into heads."""
    context = x if context is None else context

    def project(name: str, source: np.ndarray) -> np.ndarray:
        return split_heads(linear(source, **parameters[name]), len(mask), heads)

    return project("query", x), project("key", context), project("value", context)


def multi_head_attention_backward(
    dy: Float[np.ndarray, "tokens hidden"],
    parameters: Weights,
    x: Float[np.ndarray, "tokens hidden"],
    mask: Bool[np.ndarray, "batch #heads #length keys"],
    heads: int,
    context: Float[np.ndarray, "context_tokens hidden"] | None = None,
) -> tuple[Weights, np.ndarray, np.ndarray | None]:
    """d parameters, dX, dC.

    Backward through the output projection, the concatenation of the heads, attention, and the three
    projections. X is used in the queries, C twice, in the keys and in the values; an array that is
    used several times gets the sum of the gradients:

        dX = dq W_qᵀ          dC = dk W_kᵀ + dv W_vᵀ

    In self-attention C is X: the gradient of x is dX + dC, and None stands for dC.
    """
    batch = len(mask)
    projected = _projected(parameters, x, mask, heads, context)
    attended, _ = scaled_dot_product_attention(*projected, mask)
    gradients = {}
    dattended, *gradients["output"] = linear_backward(
        dy, join_heads(attended), **parameters["output"]
    )
    dprojected = scaled_dot_product_attention_backward(
        split_heads(dattended, batch, heads), *projected, mask
    )
    keys_from = x if context is None else context
    dsources = []
    for name, source, d in zip(
        ("query", "key", "value"), (x, keys_from, keys_from), dprojected, strict=True
    ):
        dsource, *gradients[name] = linear_backward(join_heads(d), source, **parameters[name])
        dsources.append(dsource)
    dx, dkeys, dvalues = dsources
    named = {
        name: dict(zip(("kernel", "bias"), pair, strict=True)) for name, pair in gradients.items()
    }
    if context is None:
        return named, dx + dkeys + dvalues, None
    return named, dx, dkeys + dvalues
