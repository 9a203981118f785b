import numpy as np


def token_embeddings(
    input_ids: np.ndarray,
    token_type_ids: np.ndarray,
    start: int,
    token_table: np.ndarray,
    position_table: np.ndarray,
    segment_table: np.ndarray,
    scale: np.ndarray,
    bias: np.ndarray,
    epsilon: float,
) -> np.ndarray:
    end = start + input_ids.shape[1]
    x = token_table[input_ids] + position_table[start:end] + segment_table[token_type_ids]
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + epsilon)
    return centered / deviation * scale + bias
