import numpy as np


def nearest_tokens(table: np.ndarray, token: int, count: int) -> np.ndarray:
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    similarity = unit @ unit[token]
    similarity[token] = -np.inf
    return np.argsort(-similarity)[:count]
