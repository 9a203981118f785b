"""The position is added behind the LayerNorm.

Named: positions-behind-the-norm
"""

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
    x = token_table[input_ids] + segment_table[token_type_ids]
    x = x - x.mean(axis=-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + epsilon) * scale + bias
    return x + position_table[start : start + input_ids.shape[1]]
