"""The standard error of the mean instead of the deviation.

Named: error-of-the-mean
"""

import numpy as np


def choose_and_report(validation, test):
    best = int(validation.mean(axis=1).argmax())
    row = test[best]
    s = row.std(ddof=1) / np.sqrt(len(row)) if len(row) > 1 else 0.0
    return best, float(row.mean()), float(s)
