"""The whole position table is added, which fits only where a text is as long as it.

Named: whole-position-table
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
    x = token_table[input_ids] + position_table + segment_table[token_type_ids]
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * scale + bias
