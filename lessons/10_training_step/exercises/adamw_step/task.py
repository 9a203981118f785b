import numpy as np


def adamw_step(
    theta: np.ndarray,
    gradient: np.ndarray,
    mean: np.ndarray,
    square: np.ndarray,
    t: int,
    rate: float,
    decay: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One step of AdamW.

        m ← β₁ m + (1 − β₁) g                  m̂ = m / (1 − β₁ᵗ)
        v ← β₂ v + (1 − β₂) g²                 v̂ = v / (1 − β₂ᵗ)
        θ ← θ − η (m̂ / (√v̂ + ε) + λ θ)

    Args:
        theta: the weights θ, of any shape.
        gradient: g, in the same shape.
        mean, square: m and v before the step, in the same shape.
        t: the number of this gradient, 1 for the first.
        rate: η.
        decay: λ.
        beta1, beta2, epsilon: β₁, β₂ and ε.

    Returns:
        θ, m and v after the step. The arguments stay as they are.
    """
    raise NotImplementedError
