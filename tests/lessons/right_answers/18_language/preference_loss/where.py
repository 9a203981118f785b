"""where and a case for each sign."""

import math

import numpy as np


def preference_loss(log_probs, reference, in_answer, beta):
    gain = np.where(in_answer, log_probs - reference, 0.0)
    rewards = np.einsum("pat->pa", gain) * beta
    losses = []
    for w, l in rewards:
        m = w - l
        losses.append(math.log1p(math.exp(-m)) if m >= 0 else -m + math.log1p(math.exp(m)))
    return sum(losses) / len(losses), rewards
