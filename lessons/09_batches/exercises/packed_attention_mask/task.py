import numpy as np


def packed_attention_mask(sequence_ids: np.ndarray) -> np.ndarray:
    """Who may look at whom in rows that hold several sequences.

        M_ij = (q_i = q_j) and (q_j > 0)        q: sequence_ids

    Args:
        sequence_ids: [batch, length], 1, 2, … for the sequences of a row, 0 for padding.

    Returns:
        Booleans, [batch, 1, length, length]; the axis of size one is for the heads, then come
        query and key. True means that the key may be looked at.
    """
    raise NotImplementedError
