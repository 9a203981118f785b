"""A loop that fills what is between the two separators."""

import numpy as np


def segment_ids(input_ids, separator, padding):
    result = np.zeros(input_ids.shape, dtype=np.int32)
    for row in range(input_ids.shape[0]):
        segment = 0
        for column in range(input_ids.shape[1]):
            if input_ids[row, column] == padding:
                break
            result[row, column] = segment
            if input_ids[row, column] == separator:
                segment = 1
    return result
