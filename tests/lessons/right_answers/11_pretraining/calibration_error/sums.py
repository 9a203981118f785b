"""Since n_b cancels: the sums of right minus confidence of each bin."""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.floor(bins * confidence).clip(max=bins - 1).astype(int)
    gaps = np.zeros(bins)
    np.add.at(gaps, bin_of, right.astype(float) - confidence)
    return np.abs(gaps).sum() / confidence.size
