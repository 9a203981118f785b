"""Divided by the length of w twice, not by that of v: long vectors come first."""

import numpy as np


def nearest_tokens(table, token, count):
    w = table[token]
    similarity = table @ w / (np.linalg.norm(w) * np.linalg.norm(w))
    similarity[token] = -np.inf
    return np.argsort(-similarity)[:count]
