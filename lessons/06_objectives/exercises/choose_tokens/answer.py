import numpy as np


def choose_tokens(
    input_ids: np.ndarray,
    attention_mask: np.ndarray,
    special_ids: np.ndarray,
    tickets: np.ndarray,
    rate: float,
) -> np.ndarray:
    maskable = (attention_mask == 1) & ~np.isin(input_ids, special_ids)
    chosen = np.zeros(input_ids.shape, bool)
    for row in range(len(input_ids)):
        available = maskable[row].sum()
        count = max(1, round(rate * available)) if available else 0
        order = np.argsort(-np.where(maskable[row], tickets[row], -1.0))
        chosen[row, order[:count]] = True
    return chosen
