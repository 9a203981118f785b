"""An online softmax, one key after the other."""

import math

import numpy as np


def cached_attention_step(query, key, value, cached_keys, cached_values, place):
    here = (np.arange(cached_keys.shape[1]) == place)[None, :, None]
    keys = np.where(here, key[:, None, :], cached_keys)
    values = np.where(here, value[:, None, :], cached_values)
    heads, d = query.shape
    top, total, y = np.full(heads, -np.inf), np.zeros(heads), np.zeros((heads, d))
    for j in range(place + 1):
        score = (query * keys[:, j]).sum(-1) / math.sqrt(d)
        new = np.maximum(top, score)
        old, weight = np.exp(top - new), np.exp(score - new)
        total = total * old + weight
        y = y * old[:, None] + weight[:, None] * values[:, j]
        top = new
    return y / total[:, None], keys, values
