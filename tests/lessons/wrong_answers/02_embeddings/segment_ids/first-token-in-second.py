"""The segments are turned round.

Named: segments-turned-round
"""

import numpy as np


def segment_ids(input_ids, separator, padding):
    before = np.cumsum(input_ids == separator, axis=1) - (input_ids == separator)
    return np.where(input_ids == padding, 0, 1 - np.minimum(before, 1))
