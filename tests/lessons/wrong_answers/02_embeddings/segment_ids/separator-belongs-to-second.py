"""The first [SEP] is already in segment 1.

Named: segment-changes-at-the-separator
"""

import numpy as np


def segment_ids(input_ids, separator, padding):
    is_sep = input_ids == separator
    segments = np.clip(np.cumsum(is_sep, axis=1), 0, 1)
    return np.where(input_ids == padding, 0, segments)
