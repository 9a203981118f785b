"""END is written into the last place of the row and not behind the text."""

import numpy as np


def decoder_inputs_and_labels(targets, lengths, start_id, end_id, pad_id):
    texts, places = targets.shape
    at = np.arange(places + 1)
    read = np.full((texts, places + 1), pad_id)
    read[:, 0] = start_id
    real = at <= lengths[:, None]
    read[:, 1:] = np.where(real[:, 1:], targets, pad_id)
    labels = np.full((texts, places + 1), -100)
    labels[:, :-1] = np.where(at[:-1] < lengths[:, None], targets, -100)
    labels[:, -1] = end_id
    return read, real.astype(int), labels
