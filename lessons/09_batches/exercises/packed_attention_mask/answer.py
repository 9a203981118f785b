import numpy as np


def packed_attention_mask(sequence_ids: np.ndarray) -> np.ndarray:
    """True where query and key are of one sequence, and the key is no padding."""
    query, key = sequence_ids[:, None, :, None], sequence_ids[:, None, None, :]
    return (query == key) & (key > 0)
