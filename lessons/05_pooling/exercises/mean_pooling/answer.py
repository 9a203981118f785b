import numpy as np


def mean_pooling(hidden_states: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
    """The mean over the real tokens.

        c = Σ_i m_i h_i / Σ_i m_i

    A text without any real token gives zeros.

    Args:
        hidden_states: h, [batch, length, hidden].
        attention_mask: m, [batch, length], whole numbers: 1 for real tokens, 0 for padding.

    Returns:
        [batch, hidden].
    """
    mask = attention_mask[:, :, None]
    total = (mask * hidden_states).sum(axis=1)
    return total / np.maximum(mask.sum(axis=1), 1)
