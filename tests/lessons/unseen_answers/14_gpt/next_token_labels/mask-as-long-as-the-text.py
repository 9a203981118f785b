"""The mask has 1 at length − 1 places: the last token, which is read but has no next one, is taken for padding."""

import numpy as np


def next_token_labels(ids, lengths):
    places = np.arange(ids.shape[1] - 1)
    asked = places < lengths[:, None] - 1
    return (
        np.where(asked, ids[:, :-1], 0),
        asked.astype(int),
        np.where(asked, ids[:, 1:], -100),
    )
