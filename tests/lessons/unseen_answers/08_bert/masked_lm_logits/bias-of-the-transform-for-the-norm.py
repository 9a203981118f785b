"""The LayerNorm adds the dense layer's bias and not its own."""

import math

import numpy as np


def erf(x):
    return np.vectorize(math.erf, otypes=[float])(x)


def masked_lm_logits(tensors, hidden, epsilon):
    p = "cls.predictions.transform."
    bias = tensors[p + "dense.bias"]
    t = hidden @ tensors[p + "dense.weight"].T + bias
    t = t / 2 * (1 + erf(t / math.sqrt(2)))
    t = (t - t.mean(-1, keepdims=True)) / np.sqrt(t.var(-1, keepdims=True) + epsilon)
    t = t * tensors[p + "LayerNorm.weight"] + bias
    table = tensors["bert.embeddings.word_embeddings.weight"]
    return t @ table.T + tensors["cls.predictions.bias"]
