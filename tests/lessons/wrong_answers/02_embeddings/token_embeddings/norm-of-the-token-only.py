"""The token's vector is normalised before the others are added.

Named: norm-of-the-token-alone
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
    x = token_table[input_ids]
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    x = (x - mean) / np.sqrt(variance + epsilon) * scale + bias
    return x + position_table[start : start + input_ids.shape[1]] + segment_table[token_type_ids]
