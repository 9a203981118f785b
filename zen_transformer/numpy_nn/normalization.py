"""Layer normalization.  Ba, Kiros & Hinton 2016, section 3.

    μ  = mean(x)       σ² = mean((x − μ)²)          over the last axis
    y  = (x − μ) / √(σ² + ε) · γ + β                γ "scale", β "bias", both [hidden]

ε is added inside the root, and the variance is the biased one (divided by hidden, not by
hidden − 1). BERT has ε = 1e-12.
"""

import numpy as np
from jaxtyping import Float


def layer_norm(
    x: Float[np.ndarray, "*rows hidden"],
    scale: Float[np.ndarray, " hidden"],
    bias: Float[np.ndarray, " hidden"],
    epsilon: float,
) -> Float[np.ndarray, "*rows hidden"]:
    """(x − μ)/√(σ² + ε)·γ + β over the last axis."""
    centered = x - np.mean(x, axis=-1, keepdims=True)
    variance = np.mean(centered**2, axis=-1, keepdims=True)
    return centered / np.sqrt(variance + epsilon) * scale + bias


def layer_norm_backward(
    dy: Float[np.ndarray, "*rows hidden"],
    x: Float[np.ndarray, "*rows hidden"],
    scale: Float[np.ndarray, " hidden"],
    bias: Float[np.ndarray, " hidden"],
    epsilon: float,
) -> tuple[
    Float[np.ndarray, "*rows hidden"], Float[np.ndarray, " hidden"], Float[np.ndarray, " hidden"]
]:
    """dx, dγ, dβ.

    In one row of n numbers write c_i = x_i − μ, s = 1/√(σ² + ε) and z_i = s c_i, so that
    y_i = γ_i z_i + β_i. Over all rows, dγ_i = Σ dy_i z_i and dβ_i = Σ dy_i.

    For dx begin with dz_i = γ_i dy_i. Every x_j changes all c_i through μ, and s through σ²:

        ∂c_i/∂x_j = δ_ij − 1/n
        ∂σ²/∂x_j  = 2/n Σ_i c_i (δ_ij − 1/n) = 2 c_j/n            for Σ_i c_i = 0
        ∂s/∂x_j   = −½ (σ² + ε)^(−3/2) · 2 c_j/n = −s³ c_j/n = −s² z_j/n
        ∂z_i/∂x_j = s ∂c_i/∂x_j + c_i ∂s/∂x_j = s (δ_ij − 1/n − z_i z_j/n)

    and so, summed over i,

        dx_j = Σ_i dz_i ∂z_i/∂x_j = s (dz_j − mean(dz) − z_j mean(dz z))

    dx has no component along (1, …, 1) and, except for ε, none along z, since neither adding a
    constant to x nor scaling x − μ changes y.
    """
    centered = x - np.mean(x, axis=-1, keepdims=True)
    s = 1.0 / np.sqrt(np.mean(centered**2, axis=-1, keepdims=True) + epsilon)
    z = s * centered
    dz = scale * dy
    along_ones = np.mean(dz, axis=-1, keepdims=True)
    along_z = np.mean(dz * z, axis=-1, keepdims=True)
    rows = tuple(range(x.ndim - 1))
    return s * (dz - along_ones - z * along_z), np.sum(dy * z, axis=rows), np.sum(dy, axis=rows)
