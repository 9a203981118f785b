"""Loops over texts and heads; only the keys that may be seen get a score."""

import numpy as np


def attention_weights(query, key, mask):
    result = np.zeros((*query.shape[:-1], key.shape[-2]))
    for text in range(len(mask)):
        seen = np.flatnonzero(mask[text])
        for head in range(query.shape[1]):
            if len(seen) == 0:
                result[text, head] = 1 / mask.shape[1]
                continue
            scores = np.einsum("qd,kd->qk", query[text, head], key[text, head][seen])
            scores = scores * query.shape[-1] ** -0.5
            log_sum = np.logaddexp.reduce(scores, axis=1)[:, None]
            result[text, head][:, seen] = np.exp(scores - log_sum)
    return result
