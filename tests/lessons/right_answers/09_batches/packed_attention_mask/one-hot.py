"""By a product of one-hot rows."""

import numpy as np


def packed_attention_mask(sequence_ids):
    highest = max(int(sequence_ids.max(initial=0)), 1)
    one_hot = (sequence_ids[..., None] == np.arange(1, highest + 1)).astype(float)
    return (np.einsum("bqs,bks->bqk", one_hot, one_hot) > 0.5)[:, np.newaxis]
