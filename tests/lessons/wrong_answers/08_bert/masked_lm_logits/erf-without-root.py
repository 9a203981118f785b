"""gelu takes erf(x) instead of erf(x / sqrt 2).

Named: gelu-without-the-root
"""

import math

import numpy as np


def erf(x):
    return np.vectorize(math.erf, otypes=[float])(x)


def masked_lm_logits(tensors, hidden, epsilon):
    head = "cls.predictions.transform"
    h = hidden @ tensors[f"{head}.dense.weight"].T + tensors[f"{head}.dense.bias"]
    h = h / 2 * (1 + erf(h))
    mean = h.mean(axis=-1, keepdims=True)
    variance = h.var(axis=-1, keepdims=True)
    h = (h - mean) / np.sqrt(variance + epsilon)
    h = h * tensors[f"{head}.LayerNorm.weight"] + tensors[f"{head}.LayerNorm.bias"]
    table = tensors["bert.embeddings.word_embeddings.weight"]
    return h @ table.T + tensors["cls.predictions.bias"]
