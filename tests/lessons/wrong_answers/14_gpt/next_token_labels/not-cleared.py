"""What stands behind a text's end is read.

Named: next-token-reads-behind-the-end
"""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1] - 1)
    real = places < lengths[:, None]
    has_next = places + 1 < lengths[:, None]
    input_ids = ids[:, :-1].copy()
    labels = np.where(has_next, ids[:, 1:], -100)
    return input_ids, real.astype(int), labels
