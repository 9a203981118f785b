import numpy as np


def smoothed_loss(logits: np.ndarray, labels: np.ndarray, epsilon: float) -> np.ndarray:
    """The mean cross-entropy of each text, with label smoothing.

        q_c = (1 − ε) [c = label] + ε / C        for each of the C tokens of the vocabulary
        L   = (1/N) Σ −Σ_c q_c ln p_c            p = softmax(logits)

    The outer sum goes over the places of the text that ask for something, and N is how many these
    are.

    Args:
        logits: [texts, length, C]; some are in the thousands.
        labels: [texts, length], ids, or −100 at a place that asks for nothing. At least one place
            of each text asks for something.
        epsilon: ε, from 0 to below 1.

    Returns:
        L of each text, in nats, [texts].
    """
    raise NotImplementedError
