"""The rewards are means over the answer's tokens."""

import numpy as np


def preference_loss(log_probs, reference, in_answer, beta):
    n = np.maximum(in_answer.sum(-1), 1)
    r = beta * ((log_probs - reference) * in_answer).sum(-1) / n
    return float(np.logaddexp(0, r[:, 1] - r[:, 0]).mean()), r
