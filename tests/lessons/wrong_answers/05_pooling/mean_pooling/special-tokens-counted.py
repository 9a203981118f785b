"""[CLS] and [SEP] count as words.

Named: mean-with-special-tokens
"""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    total = (hidden_states * attention_mask[..., None]).sum(axis=1)
    return total / np.maximum(attention_mask.sum(axis=1, keepdims=True), 1)
