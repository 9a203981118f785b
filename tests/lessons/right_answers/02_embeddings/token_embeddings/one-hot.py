"""Lookups as products with one-hot vectors."""

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
    words = np.eye(len(token_table))[input_ids]
    segments = np.eye(len(segment_table))[token_type_ids]
    places = np.eye(length, len(position_table), start)
    x = np.einsum("blv,vh->blh", words, token_table)
    x = x + np.einsum("bls,sh->blh", segments, segment_table)
    x = x + np.einsum("lp,ph->lh", places, position_table)
    x = x - np.sum(x, -1)[..., None] / x.shape[2]
    return scale * x * (np.sum(x * x, -1)[..., None] / x.shape[2] + epsilon) ** -0.5 + bias
