import numpy as np


def max_pooling(hidden_states: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The largest entry over a span of tokens, such as a name, for each hidden dimension.

        c_k = max over i with start ≤ i < end of h_ik

    An empty span, where start = end, gives zeros.

    Args:
        hidden_states: h, [batch, length, hidden].
        starts: [batch], whole numbers: where each text's span begins.
        ends: [batch], whole numbers: where it ends; the end is not included.

    Returns:
        [batch, hidden].
    """
    raise NotImplementedError
