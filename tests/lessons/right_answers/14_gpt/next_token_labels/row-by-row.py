"""Row by row."""

import numpy as np


def next_token_labels(ids, lengths):
    shape = len(ids), ids.shape[1] - 1
    read, mask, asked = np.zeros(shape, int), np.zeros(shape, int), np.full(shape, -100)
    for row, n in enumerate(lengths):
        text = ids[row, :n]
        m = min(n, shape[1])
        read[row, :m], mask[row, :m] = text[:m], 1
        asked[row, : n - 1] = text[1:]
    return read, mask, asked
