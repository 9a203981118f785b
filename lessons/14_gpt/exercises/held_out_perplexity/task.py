import numpy as np


def held_out_perplexity(logits: np.ndarray, labels: np.ndarray) -> float:
    """The perplexity over all tokens of all texts together.

        L = −(1/N) Σ ln p(label)        p = softmax(logits)        perplexity = exp(L)

    The sum goes over all places that ask for something, in all texts, and N is how many there are.

    Args:
        logits: [texts, length, vocab]; some are in the thousands.
        labels: [texts, length], ids, or −100 at a place that asks for nothing. At least one place
            of each text asks for something.

    Returns:
        The perplexity, a number of 1 or more.
    """
    raise NotImplementedError
