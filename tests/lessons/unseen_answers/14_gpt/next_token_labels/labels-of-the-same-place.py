"""The labels are not shifted: each place is asked for its own token."""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1] - 1)
    real = places < lengths[:, None]
    asked = places + 1 < lengths[:, None]
    read = np.where(real, ids[:, :-1], 0)
    return read, real.astype(int), np.where(asked, ids[:, :-1], -100)
