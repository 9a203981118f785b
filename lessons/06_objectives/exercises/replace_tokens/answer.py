import numpy as np


def replace_tokens(
    input_ids: np.ndarray,
    chosen: np.ndarray,
    action: np.ndarray,
    random_ids: np.ndarray,
    mask_id: int,
) -> tuple[np.ndarray, np.ndarray]:
    instead = np.where(action < 0.9, random_ids, input_ids)
    replaced = np.where(action < 0.8, mask_id, instead)
    seen = np.where(chosen, replaced, input_ids)
    labels = np.where(chosen, input_ids, -100)
    return seen, labels
