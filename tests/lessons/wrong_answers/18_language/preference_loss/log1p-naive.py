"""log(1 + exp(-m)), which overflows.

Named: dpo-loss-overflows
"""

import numpy as np


def preference_loss(log_probs, reference, in_answer, beta):
    rewards = beta * ((log_probs - reference) * in_answer).sum(axis=-1)
    margin = rewards[:, 0] - rewards[:, 1]
    return float(np.log1p(np.exp(-margin)).mean()), rewards
