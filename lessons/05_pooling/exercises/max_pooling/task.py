import numpy as np


def max_pooling(hidden_states: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
    """The largest entry over the real tokens, for each of the hidden dimensions.

        c_k = max over i with m_i = 1 of h_ik

    A text without any real token gives zeros.

    Args:
        hidden_states: h, [batch, length, hidden].
        attention_mask: m, [batch, length], whole numbers: 1 for real tokens, 0 for padding.

    Returns:
        [batch, hidden].
    """
    raise NotImplementedError
