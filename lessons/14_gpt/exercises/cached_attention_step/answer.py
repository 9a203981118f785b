import numpy as np


def cached_attention_step(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    cached_keys: np.ndarray,
    cached_values: np.ndarray,
    place: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write, then attend to what is written."""
    keys, values = cached_keys.copy(), cached_values.copy()
    keys[:, place], values[:, place] = key, value
    written = slice(0, place + 1)
    scores = np.einsum("hd,hkd->hk", query, keys[:, written])
    scores = scores / np.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    return np.einsum("hk,hkd->hd", weights, values[:, written]), keys, values
