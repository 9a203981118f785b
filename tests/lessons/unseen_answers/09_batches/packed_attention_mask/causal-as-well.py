"""Only keys up to the query's own place may be looked at, as in GPT."""

import numpy as np


def packed_attention_mask(query_ids, key_ids):
    same = query_ids[:, :, None] == key_ids[:, None, :]
    causal = np.arange(key_ids.shape[1]) <= np.arange(query_ids.shape[1])[:, None]
    return (same & (key_ids > 0)[:, None, :] & causal)[:, None]
