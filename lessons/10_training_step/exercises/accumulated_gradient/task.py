import numpy as np


def accumulated_gradient(
    gradients: dict[str, np.ndarray], weights: dict[str, np.ndarray]
) -> np.ndarray:
    """The gradient of a whole batch from those of its pieces.

    Each of the losses, such as that of the words and that of the pairs, is a mean: L = S / W. The
    whole loss is the sum of these means:

        ∇L = Σ over the losses of (Σ_k ∇S_k / Σ_k W_k)        k: the pieces

    Args:
        gradients: for each loss, by its name, ∇S of every piece, [pieces, parameters].
        weights: for each loss, by its name, W of every piece, [pieces]: whole numbers. Where all
            are 0 there is nothing to learn from this loss, and it adds nothing.

    Returns:
        The gradient, [parameters].
    """
    raise NotImplementedError
