"""Scale and bias of the LayerNorm are forgotten.

Named: embeddings-without-scale-and-bias
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
    length = input_ids.shape[1]
    x = (
        token_table[input_ids]
        + position_table[start : start + length]
        + segment_table[token_type_ids]
    )
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon)
