"""Scores are clipped to ±500 against an overflow."""

import numpy as np


def softmax(scores):
    exponentials = np.exp(np.clip(scores, -500, 500))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
