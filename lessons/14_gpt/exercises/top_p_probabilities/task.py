import numpy as np


def top_p_probabilities(logits: np.ndarray, temperature: float, mass: float) -> np.ndarray:
    """With which probabilities the next token is drawn.

    First p = softmax(z / T). Then the nucleus is kept: of the likeliest tokens the fewest whose
    probabilities come to P or more. The others get 0, and those that are kept are divided by their
    sum. The likeliest token is always kept. Of equally likely ones the smaller id goes first.

    Args:
        logits: z, [vocab].
        temperature: T, above 0.
        mass: P, above 0 and at most 1.

    Returns:
        The probabilities, [vocab], which add up to 1.
    """
    raise NotImplementedError
