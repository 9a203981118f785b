"""A 1 for the most probable class.

Named: head-says-one
"""

import numpy as np


def class_probabilities(pooled, kernel, bias, temperature):
    y = (pooled @ kernel + bias) / temperature
    return np.eye(y.shape[1])[y.argmax(axis=1)]
