"""Muon: momentum, orthogonalized.  Jordan et al. 2024; Liu et al. 2025 for the scale.

    M ← μ M + (1 − μ) G                            G: the gradient of a matrix [n, m]
    B = μ M̂ + (1 − μ) Ĝ                            Nesterov: one step ahead
    θ ← θ − η_t (0.2 √max(n, m) · O(B) + λ θ)
    O(U Σ Vᵀ) = U Vᵀ                               all singular values become 1

With M̂ = M/(1 − μᵗ⁺¹) and Ĝ = G/(1 − μᵗ) for t = 1, 2, …, as M starts at 0.

Why: the gradient of a weight matrix has few large singular values and many small ones. A step along
it moves the matrix in those few directions. O(B) moves it equally far in all of them, the largest
step that changes no output by more than η times the length of its input.

Why 0.2 √max(n, m): U Vᵀ has entries of mean square 1/max(n, m). Scaled, their root mean square is
0.2, about that of AdamW's updates, and both can have the same η.

A singular value decomposition at every step is slow. Five steps of a polynomial do:

    X₀ = B / ‖B‖_F          X_{k+1} = a X_k + (b A + c A²) X_k,    A = X_k X_kᵀ

Each step maps every singular value σ to a σ + b σ³ + c σ⁵ and leaves U and V alone. With
(a, b, c) = (3.4445, −4.7750, 2.0315) small values grow fast, and after five steps all but the
smallest are between 0.7 and 1.2: not 1, and near enough.
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""a, b and c."""
ITERATIONS = 5
RMS = 0.2
"""Root mean square of the entries of an update of learning rate 1."""
EPSILON = 1e-8
"""Added to ‖B‖, which may be 0."""


class Momentum(NamedTuple):
    """M after `steps` steps."""

    mean: Float[np.ndarray, "n m"]
    steps: int = 0


def orthogonalize(matrix: Float[np.ndarray, "n m"]) -> Float[np.ndarray, "n m"]:
    """O(B), approximately, by Newton–Schulz iteration. The smaller of the two sides is the one of
    X Xᵀ: O(Bᵀ) = O(B)ᵀ."""
    rows, columns = matrix.shape
    if rows > columns:
        return orthogonalize(matrix.T).T
    a, b, c = COEFFICIENTS
    x = matrix / (np.linalg.norm(matrix) + EPSILON)
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x


def muon(
    matrix: Float[np.ndarray, "n m"],
    gradient: Float[np.ndarray, "n m"],
    momentum: Momentum,
    rate: float,
    *,
    mu: float = 0.95,
    weight_decay: float = 0.0,
) -> tuple[Float[np.ndarray, "n m"], Momentum]:
    """Take one step.

    Args:
        matrix: θ before the step.
        gradient: G.
        momentum: M before the step; zeros for the first one.
        rate: η_t.
        mu: μ.
        weight_decay: λ.

    Returns:
        θ and M after the step.
    """
    t = momentum.steps + 1
    mean = mu * momentum.mean + (1.0 - mu) * gradient
    ahead = mu * mean / (1.0 - mu ** (t + 1)) + (1.0 - mu) * gradient / (1.0 - mu**t)
    update = RMS * math.sqrt(max(matrix.shape)) * orthogonalize(ahead)
    return matrix - rate * (update + weight_decay * matrix), Momentum(mean, t)
