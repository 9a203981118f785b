import numpy as np


def vocabulary_parallel_loss(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The cross-entropy of logits that are cut up over the vocabulary.

        loss = −z_y + m + log Σ_v exp(z_v − m)            m = max_v z_v

    The maximum, the sum, and z_y are over all devices: device d has the logits of the pieces
    d · n, …, d · n + n − 1 of the vocabulary, so z_y is on one device only.

    Args:
        logits: [devices, rows, n]; any size, also thousands.
        labels: y, numbers in the whole vocabulary, [rows].

    Returns:
        The loss of each row, [rows].
    """
    raise NotImplementedError
