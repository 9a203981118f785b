"""An id of 0 is not asked for.

Named: next-token-labels-ignore-the-id-zero
"""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1] - 1)
    real = places < lengths[:, None]
    has_next = (places + 1 < lengths[:, None]) & (ids[:, 1:] != 0)
    input_ids = np.where(real, ids[:, :-1], 0)
    labels = np.where(has_next, ids[:, 1:], -100)
    return input_ids, real.astype(int), labels
