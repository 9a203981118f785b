import numpy as np


def attention_backward(
    dcontext: np.ndarray, query: np.ndarray, key: np.ndarray, value: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    d = query.shape[-1]
    scores = query @ np.swapaxes(key, -1, -2) / np.sqrt(d)
    scores = np.where(mask, scores, np.finfo(scores.dtype).min)
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    a = e / np.sum(e, axis=-1, keepdims=True)
    dvalue = np.swapaxes(a, -1, -2) @ dcontext
    da = dcontext @ np.swapaxes(value, -1, -2)
    dscores = a * (da - np.sum(a * da, axis=-1, keepdims=True))
    dscores = np.where(mask, dscores, 0.0) / np.sqrt(d)
    return dscores @ key, np.swapaxes(dscores, -1, -2) @ query, dvalue
