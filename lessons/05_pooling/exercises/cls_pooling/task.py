import numpy as np


def cls_pooling(
    hidden_states: np.ndarray, attention_mask: np.ndarray, kernel: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    """BERT's pooler, where padding may stand in front: the first real token, through one layer.

        c = tanh(h_f W + b)          f: the first i with m_i = 1

    Args:
        hidden_states: h, [batch, length, hidden].
        attention_mask: m, [batch, length], whole numbers: 1 for real tokens, 0 for padding, which
            may stand before them and behind. Every text has a real token.
        kernel: W, [hidden, hidden], as [in, out].
        bias: b, [hidden].

    Returns:
        [batch, hidden].
    """
    raise NotImplementedError
