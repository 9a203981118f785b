"""The mask has as many ones as the text has ids.

Named: decoder-mask-one-too-short
"""

import numpy as np


def decoder_inputs_and_labels(targets, lengths, start_id, end_id, pad_id):
    texts, places = targets.shape
    ids = np.full((texts, places + 1), pad_id)
    mask = np.zeros((texts, places + 1), int)
    labels = np.full((texts, places + 1), -100)
    for row, m in enumerate(lengths):
        ids[row, 0] = start_id
        ids[row, 1 : m + 1] = targets[row, :m]
        mask[row, :m] = 1
        labels[row, :m] = targets[row, :m]
        labels[row, m] = end_id
    return ids, mask, labels
