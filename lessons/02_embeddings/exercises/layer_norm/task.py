import numpy as np


def layer_norm(x: np.ndarray, scale: np.ndarray, bias: np.ndarray, epsilon: float) -> np.ndarray:
    """Give every vector mean 0 and deviation 1, then a scale and a bias for each entry.

        μ  = mean(x)       σ² = mean((x − μ)²)       over the last axis
        y  = (x − μ) / √(σ² + ε) · (1 + γ) + β

    Unlike in BERT, γ says how far the scale is from 1, as in some newer models: there weights that
    are drawn near 0, or kept near it by weight decay, change nothing.

    Args:
        x: [..., hidden], floats.
        scale: γ, [hidden].
        bias: β, [hidden].
        epsilon: ε, a number; BERT has 1e-12.

    Returns:
        [..., hidden].
    """
    raise NotImplementedError
