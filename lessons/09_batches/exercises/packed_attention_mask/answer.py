import numpy as np


def packed_attention_mask(query_ids: np.ndarray, key_ids: np.ndarray) -> np.ndarray:
    """True where query and key have the same number, and the key is no padding."""
    query, key = query_ids[:, None, :, None], key_ids[:, None, None, :]
    return (query == key) & (key > 0)
