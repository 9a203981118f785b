"""The last token of a short text is not read: the mask ends where the labels do."""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1] - 1)
    real = places + 1 < lengths[:, None]
    has_next = places + 1 < lengths[:, None]
    input_ids = np.where(real, ids[:, :-1], 0)
    labels = np.where(has_next, ids[:, 1:], -100)
    return input_ids, real.astype(int), labels
