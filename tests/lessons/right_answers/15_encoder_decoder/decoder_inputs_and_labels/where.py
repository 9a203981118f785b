"""Without a loop: a shifted array and where."""

import numpy as np


def decoder_inputs_and_labels(targets, lengths, start_id, end_id, pad_id):
    column = np.arange(targets.shape[1] + 1)[None]
    m = np.asarray(lengths)[:, None]
    shifted = np.pad(targets, ((0, 0), (1, 0)), constant_values=start_id)
    behind = np.pad(targets, ((0, 0), (0, 1)))
    labels = np.select([column < m, column == m], [behind, end_id], -100)
    return np.where(column > m, pad_id, shifted), np.less_equal(column, m).astype("int64"), labels
