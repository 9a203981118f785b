"""One sentence alone is put in segment 1."""

import numpy as np


def segment_ids(input_ids, separator, padding):
    result = np.zeros_like(input_ids)
    for row, ids in enumerate(input_ids):
        places = np.flatnonzero(ids == separator)
        result[row, places[0] + 1 : places[-1] + 1] = 1
        if len(places) == 1:
            result[row, : places[0] + 1] = 1
    return result
