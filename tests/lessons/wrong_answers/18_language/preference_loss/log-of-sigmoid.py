"""-log(1 / (1 + exp(-m))), which is infinite for a margin of -1,000.

Named: dpo-loss-overflows
"""

import numpy as np


def preference_loss(log_probs, reference, in_answer, beta):
    rewards = beta * ((log_probs - reference) * in_answer).sum(axis=-1)
    margin = rewards[:, 0] - rewards[:, 1]
    return float(-np.log(1 / (1 + np.exp(-margin))).mean()), rewards
