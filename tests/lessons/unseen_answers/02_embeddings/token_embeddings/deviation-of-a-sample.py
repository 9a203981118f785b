"""LayerNorm with np.std(ddof=1): divided by hidden - 1."""

import numpy as np


def token_embeddings(
    input_ids,
    token_type_ids,
    start,
    token_table,
    position_table,
    segment_table,
    scale,
    bias,
    epsilon,
):
    length = input_ids.shape[1]
    x = token_table[input_ids] + position_table[start : start + length]
    x = x + segment_table[token_type_ids]
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt(x.var(-1, ddof=1, keepdims=True) + epsilon) * scale + bias
