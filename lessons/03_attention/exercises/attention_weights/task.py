import numpy as np


def attention_weights(query: np.ndarray, key: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """How much every query looks at every key.

        A = softmax(Q Kᵀ / √d)        over the keys that the mask allows;  d = head_dim

    The weight of a hidden key is 0. Where every key of a text is hidden, the weights are equal:
    finite, and of no use to anybody.

    Args:
        query: [batch, heads, length, head_dim].
        key: [batch, heads, keys, head_dim].
        mask: booleans, [batch, keys]. True is a real token, False is padding.

    Returns:
        The weights, [batch, heads, length, keys]. They sum to 1 over the keys.
    """
    raise NotImplementedError
