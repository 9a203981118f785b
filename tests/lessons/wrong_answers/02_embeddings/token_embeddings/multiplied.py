"""The three vectors are multiplied."""

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
        * position_table[start : start + length]
        * segment_table[token_type_ids]
    )
    x = x - x.mean(axis=-1, keepdims=True)
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + epsilon) * scale + bias
