"""The sum goes over the places before t only, and over t itself where there is none before."""

import numpy as np


def cached_attention_step(query, key, value, cached_keys, cached_values, place):
    keys, values = cached_keys.copy(), cached_values.copy()
    keys[:, place], values[:, place] = key, value
    end = max(place, 1)
    s = np.einsum("hd,hkd->hk", query, keys[:, :end]) / np.sqrt(query.shape[-1])
    e = np.exp(s - s.max(-1, keepdims=True))
    a = e / e.sum(-1, keepdims=True)
    return np.einsum("hk,hkd->hd", a, values[:, :end]), keys, values
