"""What stands behind a text's end is cleared in place.

Named: next-token-ids-changed-in-place
"""

import numpy as np


def next_token_labels(ids, lengths):
    ids[np.arange(ids.shape[1]) >= lengths[:, None]] = 0
    places = np.arange(ids.shape[1] - 1)
    real = places < lengths[:, None]
    has_next = places + 1 < lengths[:, None]
    input_ids = np.where(real, ids[:, :-1], 0)
    labels = np.where(has_next, ids[:, 1:], -100)
    return input_ids, real.astype(int), labels
