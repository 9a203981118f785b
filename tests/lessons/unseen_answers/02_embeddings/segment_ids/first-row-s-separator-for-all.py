"""The place of the first row's [SEP] is used for every row."""

import numpy as np


def segment_ids(input_ids, separator, padding):
    first = np.argmax(input_ids[0] == separator)
    places = np.arange(input_ids.shape[1])
    return ((places > first) & (input_ids != padding)).astype(int)
