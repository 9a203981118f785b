"""The preferred answer is taken as the other one.

Named: dpo-sign-exchanged
"""

import numpy as np


def preference_loss(log_probs, reference, in_answer, beta):
    rewards = beta * ((log_probs - reference) * in_answer).sum(axis=-1)
    margin = rewards[:, 1] - rewards[:, 0]
    return float(np.logaddexp(0, -margin).mean()), rewards
