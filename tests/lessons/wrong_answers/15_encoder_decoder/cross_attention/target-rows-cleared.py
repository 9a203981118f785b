"""Padded places of the target get 0.

Named: cross-attention-clears-the-targets-padding
"""

import numpy as np


def cross_attention(x, context, w_q, w_k, w_v, w_o, heads, target_mask, source_mask):
    def split(h):
        return h.reshape(*h.shape[:2], heads, -1).transpose(0, 2, 1, 3)

    q, k, v = split(x @ w_q), split(context @ w_k), split(context @ w_v)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
    scores = np.where(source_mask[:, None, None, :] > 0, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    a = e / e.sum(axis=-1, keepdims=True)
    return (a @ v).transpose(0, 2, 1, 3).reshape(x.shape) * target_mask[:, :, None] @ w_o
