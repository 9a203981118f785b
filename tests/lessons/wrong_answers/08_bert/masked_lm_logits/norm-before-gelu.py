"""LayerNorm and gelu are exchanged.

Named: mlm-norm-before-gelu
"""

import math

import numpy as np


def erf(x):
    return np.vectorize(math.erf, otypes=[float])(x)


def masked_lm_logits(tensors, hidden, epsilon):
    head = "cls.predictions.transform"
    h = hidden @ tensors[f"{head}.dense.weight"].T + tensors[f"{head}.dense.bias"]
    h = (h - h.mean(-1, keepdims=True)) / np.sqrt(h.var(-1, keepdims=True) + epsilon)
    h = h * tensors[f"{head}.LayerNorm.weight"] + tensors[f"{head}.LayerNorm.bias"]
    h = h / 2 * (1 + erf(h / np.sqrt(2)))
    return h @ tensors["bert.embeddings.word_embeddings.weight"].T + tensors["cls.predictions.bias"]
