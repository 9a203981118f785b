"""Pooling: one vector for the whole sequence.

    cls    tanh(h_0 W + b)                     BERT's: the vector of [CLS], through one more layer
    mean   Σ_i m_i h_i / Σ_i m_i               m_i = 1 for real tokens, 0 for padding
    max    max over i with m_i = 1 of h_i      entry by entry

Padding takes no part in the mean or the maximum. A sequence without any real token gives zeros.
"""

import numpy as np
from jaxtyping import Float, Shaped

from zen_transformer.numpy_nn.linear import linear, linear_backward


def cls_pooling(
    hidden_states: Float[np.ndarray, "batch length hidden"],
    kernel: Float[np.ndarray, "hidden hidden"],
    bias: Float[np.ndarray, " hidden"],
) -> Float[np.ndarray, "batch hidden"]:
    """tanh(h_0 W + b).  Devlin et al. 2019, section 3.1; the layer is in their code."""
    return np.tanh(linear(hidden_states[:, 0], kernel, bias))


def cls_pooling_backward(
    dc: Float[np.ndarray, "batch hidden"],
    hidden_states: Float[np.ndarray, "batch length hidden"],
    kernel: Float[np.ndarray, "hidden hidden"],
    bias: Float[np.ndarray, " hidden"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dh, dW, db.

    With u = h_0 W + b and c = tanh u, dc_k/du_k = 1 − c_k², so

        du_k = dc_k (1 − c_k²)

    which `linear_backward` maps to dh_0, dW and db. The other tokens are not used: dh_i = 0 for
    i > 0.
    """
    c = cls_pooling(hidden_states, kernel, bias)
    dfirst, dkernel, dbias = linear_backward(dc * (1.0 - c**2), hidden_states[:, 0], kernel, bias)
    dhidden = np.zeros_like(hidden_states)
    dhidden[:, 0] = dfirst
    return dhidden, dkernel, dbias


def mean_pooling(
    hidden_states: Float[np.ndarray, "batch length hidden"],
    attention_mask: Shaped[np.ndarray, "batch length"],
) -> Float[np.ndarray, "batch hidden"]:
    """Σ_i m_i h_i / Σ_i m_i."""
    mask = attention_mask.astype(hidden_states.dtype)[:, :, None]
    return np.sum(mask * hidden_states, axis=1) / np.maximum(np.sum(mask, axis=1), 1.0)


def mean_pooling_backward(
    dc: Float[np.ndarray, "batch hidden"],
    hidden_states: Float[np.ndarray, "batch length hidden"],
    attention_mask: Shaped[np.ndarray, "batch length"],
) -> Float[np.ndarray, "batch length hidden"]:
    """dh.

    c_k = Σ_i m_i h_ik / n with n = Σ_i m_i, which does not depend on h. So ∂c_k/∂h_ik = m_i/n:

        dh_ik = dc_k m_i / n          the same for every real token, 0 for padding
    """
    mask = attention_mask.astype(hidden_states.dtype)[:, :, None]
    count = np.maximum(np.sum(mask, axis=1, keepdims=True), 1.0)
    return dc[:, None, :] * mask / count


def max_pooling(
    hidden_states: Float[np.ndarray, "batch length hidden"],
    attention_mask: Shaped[np.ndarray, "batch length"],
) -> Float[np.ndarray, "batch hidden"]:
    """max over i with m_i = 1 of h_i, entry by entry."""
    mask = attention_mask.astype(bool)[:, :, None]
    maximum = np.max(np.where(mask, hidden_states, -np.inf), axis=1)
    return np.where(np.any(mask, axis=1), maximum, 0.0)


def max_pooling_backward(
    dc: Float[np.ndarray, "batch hidden"],
    hidden_states: Float[np.ndarray, "batch length hidden"],
    attention_mask: Shaped[np.ndarray, "batch length"],
) -> Float[np.ndarray, "batch length hidden"]:
    """dh.

    If a single token i* has the largest entry k, then c_k = h_i*k in a neighbourhood, and

        dh_ik = dc_k [i = i*]

    At a tie the maximum is not differentiable. By convention, as in JAX and in torch.amax, each of
    the r tokens that share the maximum gets dc_k / r.
    """
    maximum = max_pooling(hidden_states, attention_mask)[:, None, :]
    largest = attention_mask.astype(bool)[:, :, None] & (hidden_states == maximum)
    sharing = np.maximum(np.sum(largest, axis=1, keepdims=True), 1)
    return np.where(largest, dc[:, None, :] / sharing, 0.0)
