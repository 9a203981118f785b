"""The mean over the places of all texts, as in the lesson.

Named: smoothed-loss-of-all-texts
"""

import numpy as np


def smoothed_loss(logits, labels, epsilon):
    asked = labels >= 0
    z, y = logits[asked], labels[asked]
    log_p = z - np.logaddexp.reduce(z, axis=1)[:, None]
    right = log_p[np.arange(len(y)), y]
    return float(-((1 - epsilon) * right + epsilon * log_p.mean(axis=-1)).mean())
