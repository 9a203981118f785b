import numpy as np


def preference_loss(
    log_probs: np.ndarray, reference: np.ndarray, in_answer: np.ndarray, beta: float
) -> tuple[float, np.ndarray]:
    """Rewards of whole answers, and their margin."""
    gained = np.where(in_answer, log_probs - reference, 0.0)
    rewards = beta * gained.sum(axis=-1)
    margins = rewards[:, 0] - rewards[:, 1]
    losses = np.logaddexp(0.0, -margins)
    return float(losses.mean()), rewards
