"""The last token of a text is asked for what stands behind it.

Named: next-token-labels-wrapped-around
"""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1] - 1)
    real = places < lengths[:, None]
    has_next = places < lengths[:, None]
    input_ids = np.where(real, ids[:, :-1], 0)
    labels = np.where(has_next, ids[:, 1:], -100)
    return input_ids, real.astype(int), labels
