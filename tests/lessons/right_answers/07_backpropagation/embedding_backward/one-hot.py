"""The product of one-hot vectors, transposed, with the gradient."""

import numpy as np


def embedding_backward(dy, ids, rows):
    flat = ids.reshape(-1)
    one_hot = (flat[:, None] == np.arange(rows)).astype(float)
    return np.einsum("ir,ih->rh", one_hot, dy.reshape(len(flat), dy.shape[-1]))
