"""beta is in the loss only, not in the rewards.

Named: dpo-rewards-without-beta
"""

import numpy as np


def preference_loss(log_probs, reference, in_answer, beta):
    rewards = ((log_probs - reference) * in_answer).sum(axis=-1)
    margin = beta * (rewards[:, 0] - rewards[:, 1])
    return float(np.logaddexp(0, -margin).mean()), rewards
