"""The number of [SEP] runs on from one row to the next.

Named: segments-run-on
"""

import numpy as np


def segment_ids(input_ids, separator, padding):
    is_sep = input_ids == separator
    before = (np.cumsum(is_sep) - is_sep.ravel()).reshape(input_ids.shape)
    return np.where(input_ids == padding, 0, before % 2)
