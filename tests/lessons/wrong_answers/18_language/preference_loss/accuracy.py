"""The share of pairs that are in the right order.

Named: dpo-accuracy-for-the-loss
"""


def preference_loss(log_probs, reference, in_answer, beta):
    rewards = beta * ((log_probs - reference) * in_answer).sum(axis=-1)
    margin = rewards[:, 0] - rewards[:, 1]
    return float((margin > 0).mean()), rewards
