"""Padding behind two sentences is in segment 1.

Named: padding-in-the-second-segment
"""

import numpy as np


def segment_ids(input_ids, separator, padding):
    before = np.cumsum(input_ids == separator, axis=1) - (input_ids == separator)
    return (before >= 1).astype(int)
