"""The id of padding is taken to be 0."""

import numpy as np


def segment_ids(input_ids, separator, padding):
    is_sep = input_ids == separator
    before = np.cumsum(is_sep, axis=1) - is_sep
    return np.where(input_ids == 0, 0, np.minimum(before, 1))
