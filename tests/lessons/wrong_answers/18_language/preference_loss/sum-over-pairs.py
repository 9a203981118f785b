"""The sum over the pairs.

Named: dpo-summed-over-pairs
"""

import numpy as np


def preference_loss(log_probs, reference, in_answer, beta):
    rewards = beta * ((log_probs - reference) * in_answer).sum(axis=-1)
    margin = rewards[:, 0] - rewards[:, 1]
    return float(np.logaddexp(0, -margin).sum()), rewards
