"""All places are read, the last one as well.

Named: next-token-reads-the-last-place
"""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1])
    real = places < lengths[:, None]
    has_next = places + 1 < lengths[:, None]
    input_ids = np.where(real, ids, 0)
    labels = np.where(has_next, np.roll(ids, -1, axis=1), -100)
    return input_ids, real.astype(int), labels
