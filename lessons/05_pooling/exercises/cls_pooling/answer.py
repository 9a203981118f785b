import numpy as np


def cls_pooling(hidden_states: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """BERT's pooler: the vector of the first token, [CLS], through one more layer.

        c = tanh(h_0 W + b)

    Args:
        hidden_states: h, [batch, length, hidden].
        kernel: W, [hidden, hidden], as [in, out].
        bias: b, [hidden].

    Returns:
        [batch, hidden].
    """
    return np.tanh(hidden_states[:, 0] @ kernel + bias)
