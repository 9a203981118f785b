"""The mask is where the ids are not 0: a real token with id 0 is hidden.

Named: next-token-padding-known-by-its-id
"""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1] - 1)
    real = np.where(places < lengths[:, None], ids[:, :-1], 0) != 0
    has_next = places + 1 < lengths[:, None]
    input_ids = np.where(real, ids[:, :-1], 0)
    labels = np.where(has_next, ids[:, 1:], -100)
    return input_ids, real.astype(int), labels
