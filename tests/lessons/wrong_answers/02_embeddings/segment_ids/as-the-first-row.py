"""The first [SEP] of the first row is taken for all rows.

Named: segments-of-the-first-row
"""

import numpy as np


def segment_ids(input_ids, separator, padding):
    first = np.argmax(input_ids[0] == separator)
    places = np.arange(input_ids.shape[1])
    return np.where((places > first) & (input_ids != padding), 1, 0)
