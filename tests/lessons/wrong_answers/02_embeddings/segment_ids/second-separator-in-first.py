"""The second [SEP] is in segment 0 too.

Named: last-separator-in-the-first-segment
"""

import numpy as np


def segment_ids(input_ids, separator, padding):
    is_sep = input_ids == separator
    before = np.cumsum(is_sep, axis=1) - is_sep
    return ((before == 1) & ~is_sep & (input_ids != padding)).astype(int)
