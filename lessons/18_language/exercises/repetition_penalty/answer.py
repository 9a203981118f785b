import numpy as np


def repetition_penalty(
    logits: np.ndarray, token_ids: np.ndarray, valid: np.ndarray, penalty: float
) -> np.ndarray:
    """Of each token that was written, once."""
    result = logits.copy()
    seen = np.unique(token_ids[valid])
    z = logits[seen]
    result[seen] = np.where(z > 0, z / penalty, z * penalty)
    return result
