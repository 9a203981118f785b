"""The mask is input != pad_id, so START counts as padding where it has the same id."""

import numpy as np


def decoder_inputs_and_labels(targets, lengths, start_id, end_id, pad_id):
    texts, places = targets.shape
    read = np.full((texts, places + 1), pad_id)
    labels = np.full((texts, places + 1), -100)
    for i, m in enumerate(lengths):
        read[i, 0], read[i, 1 : m + 1] = start_id, targets[i, :m]
        labels[i, :m], labels[i, m] = targets[i, :m], end_id
    return read, (read != pad_id).astype(int), labels
